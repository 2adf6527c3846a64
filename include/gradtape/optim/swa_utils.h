#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "gradtape/nn/cloneable.h"
#include "gradtape/nn/pimpl.h"
#include "gradtape/ops/factory.h"

/// Averages of a model's weights over its training, as torch.optim.swa_utils.
namespace gradtape::optim::swa_utils {

/// The new average, of the average so far, the model's value and how many are averaged so far.
using AvgFn = std::function<Tensor(const Tensor& averaged, const Tensor& model, int64_t count)>;

/// Exponential moving average: decay averaged + (1 - decay) model.
///
/// Throws: Error unless decay is in [0, 1].
AvgFn ema_avg(double decay);

namespace detail {

template <class M>
requires nn::detail::is_module<M> M& as_module(M& module) { return module; }
template <class Contained>
Contained& as_module(const nn::ModuleHolder<Contained>& holder) {
  return *holder.ptr();
}
template <class Contained>
Contained& as_module(const std::shared_ptr<Contained>& pointer) {
  GRADTAPE_CHECK(pointer != nullptr, "AveragedModel: the model is a null pointer");
  return *pointer;
}

// The class of modules that a model written as M is: itself, or what its holder or pointer has.
template <class M>
struct Contained {
  using Type = M;
};
template <class M>
requires nn::detail::is_module_holder<M>
struct Contained<M> {
  using Type = typename M::ContainedType;
};
template <class M>
struct Contained<std::shared_ptr<M>> {
  using Type = M;
};

// Moves averaged's parameters (and buffers) towards model's, the count-th time.
void average(const nn::Module& averaged, const nn::Module& model, const AvgFn& avg_fn,
             bool use_buffers, int64_t count);

// While it lives, the batch norms of a model gather plain averages over all batches, from none.
class BatchNormUpdate {
 public:
  explicit BatchNormUpdate(nn::Module& model);
  ~BatchNormUpdate();
  BatchNormUpdate(const BatchNormUpdate&) = delete;
  BatchNormUpdate& operator=(const BatchNormUpdate&) = delete;
  // Whether there are any.
  bool needed() const { return !momenta_.empty(); }

 private:
  nn::Module& model_;
  bool was_training_, gradients_;
  std::vector<std::pair<std::optional<double>*, std::optional<double>>> momenta_;
};

// What of a batch the model is given: the tensor itself, an example's data, a pair's first.
inline const Tensor& input_of(const Tensor& batch) { return batch; }
template <class Batch>
requires requires(const Batch& batch) { batch.data.sizes(); }
const Tensor& input_of(const Batch& batch) { return batch.data; }
template <class... Parts>
const Tensor& input_of(const std::tuple<Tensor, Parts...>& batch) {
  return std::get<0>(batch);
}
template <class Second>
const Tensor& input_of(const std::pair<Tensor, Second>& batch) {
  return batch.first;
}

}  // namespace detail

/// What AveragedModel holds. In state_dict: "n_averaged" and "module." with the model's names.
template <class Model>
class AveragedModelImpl : public nn::Cloneable<AveragedModelImpl<Model>> {
 public:
  /// model is a module, its holder or a shared pointer to it, and must be Cloneable.
  template <class M>
  requires(!std::is_same_v<M, AveragedModelImpl>) explicit AveragedModelImpl(
      const M& model, AvgFn avg_fn = nullptr, bool use_buffers = false)
      : module(copy_of(detail::as_module(model))),
        avg_fn_(std::move(avg_fn)),
        use_buffers_(use_buffers) {
    register_parts();
  }

  void reset() override {
    module = copy_of(*module);
    register_parts();
  }

  template <class... Inputs>
  decltype(auto) forward(Inputs&&... inputs) {
    return module->forward(std::forward<Inputs>(inputs)...);
  }

  /// The first time the parameters become the model's, then avg_fn of both; the mean of all without
  /// one. With use_buffers so do the buffers.
  ///
  /// Throws: Error, before anything has changed, if the model has other shapes.
  template <class M>
  void update_parameters(const M& model) {
    detail::average(*module, detail::as_module(model), avg_fn_, use_buffers_,
                    n_averaged.template item<int64_t>());
    n_averaged.add_(1);
  }

  std::shared_ptr<Model> module;
  Tensor n_averaged;

 private:
  static std::shared_ptr<Model> copy_of(const nn::Module& model) {
    auto copy = std::dynamic_pointer_cast<Model>(model.clone());
    GRADTAPE_CHECK(copy != nullptr, "AveragedModel: the model is of another class: ", model.name());
    return copy;
  }

  void register_parts() {
    this->register_module("module", module);
    n_averaged = this->register_buffer("n_averaged", zeros({}, kInt64));
  }

  AvgFn avg_fn_;
  bool use_buffers_;
};

/// A copy of a model whose weights average those that the model has while it trains:
///
///     AveragedModel averaged(net);                     // stochastic weight averaging, or
///     AveragedModel averaged(net, ema_avg(0.999));     // an exponential moving average
///     averaged->update_parameters(net);                // after an epoch, or each step
///     update_bn(*loader, averaged);                    // at the end
///     averaged(images);
///
/// A holder, so copies share the average. avg_fn is not in the state_dict.
/// Source: Izmailov et al. 2018, arXiv:1803.05407, algorithm 1; as PyTorch's AveragedModel.
template <class Model>
class AveragedModel
    : public nn::ModuleHolder<AveragedModelImpl<typename detail::Contained<Model>::Type>> {
 public:
  using Impl = AveragedModelImpl<typename detail::Contained<Model>::Type>;
  using nn::ModuleHolder<Impl>::ModuleHolder;
};
template <class Model, class... Arguments>
AveragedModel(const Model&, Arguments&&...) -> AveragedModel<Model>;

/// Computes the running statistics of the model's batch norms anew: plain averages over one pass
/// through loader, whose batches are tensors, examples, or pairs or tuples that begin with the
/// input. Nothing without a batch norm that tracks statistics. Modes and momenta are afterwards
/// what they were, also if a batch throws.
template <class Loader, class Model>
void update_bn(Loader&& loader, Model&& model) {
  auto& module = detail::as_module(model);
  const detail::BatchNormUpdate update(module);
  if (!update.needed()) return;
  for (const auto& batch : loader) module.forward(detail::input_of(batch));
}

}  // namespace gradtape::optim::swa_utils
