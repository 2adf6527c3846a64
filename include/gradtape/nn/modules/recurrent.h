#pragma once

#include <optional>
#include <tuple>
#include <vector>

#include "gradtape/nn/any_module.h"
#include "gradtape/nn/cloneable.h"
#include "gradtape/nn/options/recurrent.h"

namespace gradtape::nn {

/// Long short-term memory over sequences, in one or more layers, one way or both; see
/// gradtape::lstm for the equations.
///
/// Shapes: input [T, B, input_size] ([B, T, ...] with batch_first), or [T, input_size] of one
///         sequence; first h and c [layers * directions, B, hidden_size], without B for one
///         sequence, zeros if not given -> output [T, B, directions * hidden_size], laid out as
///         input, and the last h and c. Parameters of layer k: weight_ih_lk [4 hidden, inputs],
///         weight_hh_lk [4 hidden, hidden], bias_ih_lk and bias_hh_lk [4 hidden]; those of the
///         direction from the end end in _reverse.
/// Init:   uniform in (-1/sqrt(hidden), 1/sqrt(hidden)), as PyTorch.
/// Throws: Error if an option has no meaning, if proj_size is not 0, or if sizes do not fit.
/// One sequence without a batch axis is as in Python; libtorch's frontend refuses it.
class LSTMImpl : public Cloneable<LSTMImpl> {
 public:
  LSTMImpl(int64_t input_size, int64_t hidden_size)
      : LSTMImpl(LSTMOptions(input_size, hidden_size)) {}
  explicit LSTMImpl(const LSTMOptions& options_);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;
  std::tuple<Tensor, std::tuple<Tensor, Tensor>> forward(
      const Tensor& input, std::optional<std::tuple<Tensor, Tensor>> hx_opt = {});

  /// The parameters in the order in which gradtape::lstm takes them.
  std::vector<Tensor> all_weights() const;
  /// Nothing: for the programs that call it. Each step finds the weights where they are.
  void flatten_parameters() {}

  LSTMOptions options;

 protected:
  GRADTAPE_FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(std::optional<std::tuple<Tensor, Tensor>>())})
};
GRADTAPE_MODULE(LSTM);

/// One step of a one-layer LSTM.
///
/// Shapes: input [B, input_size]; h and c [B, hidden_size], zeros if not given -> the next h and c.
///         weight_ih [4 hidden, inputs], weight_hh [4 hidden, hidden], both biases [4 hidden].
/// Init:   as LSTM. Throws: Error if sizes do not fit.
class LSTMCellImpl : public Cloneable<LSTMCellImpl> {
 public:
  LSTMCellImpl(int64_t input_size, int64_t hidden_size)
      : LSTMCellImpl(LSTMCellOptions(input_size, hidden_size)) {}
  explicit LSTMCellImpl(const LSTMCellOptions& options_);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;
  std::tuple<Tensor, Tensor> forward(const Tensor& input,
                                     std::optional<std::tuple<Tensor, Tensor>> hx_opt = {});

  LSTMCellOptions options;
  Tensor weight_ih;
  Tensor weight_hh;
  Tensor bias_ih;  // undefined, as the next, if options say so
  Tensor bias_hh;

 protected:
  GRADTAPE_FORWARD_HAS_DEFAULT_ARGS({1, AnyValue(std::optional<std::tuple<Tensor, Tensor>>())})
};
GRADTAPE_MODULE(LSTMCell);

}  // namespace gradtape::nn
