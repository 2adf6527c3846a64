#pragma once

#include <vector>

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

struct MuonOptions : public OptimizerCloneableOptions<MuonOptions> {
  MuonOptions(double lr = 0.02) : lr_(lr) {}
  GRADTAPE_ARG(double, lr);
  GRADTAPE_ARG(double, momentum) = 0.95;
  GRADTAPE_ARG(bool, nesterov) = true;
  /// Newton-Schulz iterations.
  GRADTAPE_ARG(int64_t, ns_steps) = 5;
  /// Added to the norm that a matrix is divided by before them.
  GRADTAPE_ARG(double, eps) = 1e-7;
  /// Decoupled: the parameter shrinks by the factor 1 - lr weight_decay at each step.
  GRADTAPE_ARG(double, weight_decay) = 0;
  /// Climbs instead of descending.
  GRADTAPE_ARG(bool, maximize) = false;

 public:
  void check() const override;
  GRADTAPE_FIELDS(lr_, momentum_, nesterov_, ns_steps_, eps_, weight_decay_, maximize_);
};

struct MuonParamState : public OptimizerCloneableParamState<MuonParamState> {
  GRADTAPE_ARG(Tensor, momentum_buffer);

 public:
  GRADTAPE_FIELDS(momentum_buffer_);
};

/// Almost U V^T of the singular value decomposition U S V^T: after 5 steps the singular values are
/// between 0.68 and 1.21, but for those below 0.002 of the matrix's norm. Iterates
/// X = 3.4445 X - 4.7750 (X X^T) X + 2.0315 (X X^T)^2 X, from X = matrix / (norm + eps).
///
/// Shapes: [n, m] -> [n, m]. Throws: Error if matrix is no matrix.
/// Source: as Muon.
Tensor newton_schulz(const Tensor& matrix, int64_t steps = 5, double eps = 1e-7);

/// Muon, for the weight matrices of hidden layers: m = momentum m + (1 - momentum) g,
/// d = (1 - momentum) g + momentum m with Nesterov and m without,
/// p = (1 - lr weight_decay) p - lr max(1, rows / columns)^0.5 newton_schulz(d).
///
/// Throws: Error if a parameter is no matrix: biases, norms and convolutions belong in an optimizer
///         of their own (and embeddings and the last layer do better in one).
/// Source: Jordan et al. 2024, "Muon: An optimizer for hidden layers in neural networks",
///         kellerjordan.github.io/posts/muon. The iteration runs in the parameter's dtype, there in
///         bfloat16.
class Muon : public FormulaOptimizer<MuonOptions, MuonParamState> {
 public:
  explicit Muon(std::vector<OptimizerParamGroup> param_groups, MuonOptions defaults = {});
  explicit Muon(std::vector<Tensor> params, MuonOptions defaults = {});

  Tensor step(LossClosure closure = nullptr) override;

 protected:
  void update(Tensor& parameter, const Tensor& grad, MuonParamState& state,
              const MuonOptions& options) override;

 private:
  void check_matrices() const;
};

}  // namespace gradtape::optim
