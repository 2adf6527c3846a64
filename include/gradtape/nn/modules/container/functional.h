#pragma once

#include <functional>
#include <utility>

#include "gradtape/nn/cloneable.h"

namespace gradtape::nn {

/// A function as a module, for a Sequential: Functional(relu), or Functional(log_softmax, 1,
/// std::nullopt) with the arguments that follow the input.
class FunctionalImpl : public Cloneable<FunctionalImpl> {
 public:
  using Function = std::function<Tensor(Tensor)>;

  explicit FunctionalImpl(Function function) : function_(std::move(function)) {}
  template <class F, class... Arguments>
  requires(sizeof...(Arguments) > 0) explicit FunctionalImpl(F function, Arguments&&... arguments)
      : function_([function, ... arguments = std::forward<Arguments>(arguments)](Tensor input) {
          return function(std::move(input), arguments...);
        }) {}

  void reset() override {}
  void pretty_print(std::ostream& stream) const override;
  bool is_serializable() const override { return false; }

  Tensor forward(Tensor input) { return function_(std::move(input)); }
  Tensor operator()(Tensor input) { return function_(std::move(input)); }

 private:
  Function function_;
};
GRADTAPE_MODULE(Functional);

}  // namespace gradtape::nn
