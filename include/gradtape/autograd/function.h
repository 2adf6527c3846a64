#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <typeinfo>
#include <utility>
#include <vector>

#include "gradtape/autograd/grad_mode.h"
#include "gradtape/autograd/ivalue.h"
#include "gradtape/autograd/node.h"

namespace gradtape::autograd {

using gradtape::tensor_list;
using gradtape::variable_list;

class FunctionNode;
namespace detail {
class FunctionCall;
}

/// What a custom function's forward leaves for its backward.
class AutogradContext {
 public:
  AutogradContext();
  ~AutogradContext();

  /// Values that are no tensors of the graph.
  std::map<std::string, IValue> saved_data;

  /// Keeps inputs or outputs of forward for backward. To be called once, in forward.
  void save_for_backward(variable_list to_save);
  /// What was kept. Throws: Error if it was written in place since, or freed by an earlier
  /// backward.
  variable_list get_saved_variables() const;
  /// Says which inputs forward has written in place; they must be among its outputs.
  void mark_dirty(const variable_list& inputs);
  /// Says which outputs have no gradient.
  void mark_non_differentiable(const variable_list& outputs);
  /// Whether backward is given zeros where an output has no gradient (the default), or undefined
  /// tensors.
  void set_materialize_grads(bool value);
  /// Whether the gradient of tensor input i of forward is asked for.
  bool needs_input_grad(size_t i) const;

 private:
  friend class FunctionNode;
  friend class detail::FunctionCall;
  struct State;
  std::unique_ptr<State> state_;
};

namespace detail {

using FunctionBackward = variable_list (*)(AutogradContext*, variable_list);

// The tensors among the arguments of forward, and which of the gradients that backward returns are
// theirs: as in libtorch one for a Tensor and an optional one that is there, one for each of a
// TensorList, none for anything else.
struct FunctionInputs {
  variable_list tensors;
  std::vector<bool> is_tensor;

  template <class Argument>
  void collect(const Argument& argument) {
    if constexpr (std::is_base_of_v<Tensor, Argument>) {
      tensors.push_back(argument);
      is_tensor.push_back(true);
    } else if constexpr (std::is_same_v<Argument, TensorList>) {
      for (const Tensor& tensor : argument) collect(tensor);
    } else if constexpr (std::is_same_v<Argument, std::optional<Tensor>>) {
      if (argument && argument->defined()) return collect(*argument);
      is_tensor.push_back(false);
    } else {
      is_tensor.push_back(false);
    }
  }
};

// A custom function on its way through apply: made before forward, finished after it.
class FunctionCall {
 public:
  FunctionCall(const char* type_name, FunctionBackward backward, FunctionInputs inputs);
  ~FunctionCall();
  AutogradContext* context();
  variable_list finish(variable_list outputs);

 private:
  IntrusivePtr<Node> node_;
  variable_list inputs_;
  bool recording_;
};

}  // namespace detail

/// An op of the user's own, with its gradient; libtorch's torch::autograd::Function.
///
///     struct Cube : autograd::Function<Cube> {
///       static Tensor forward(AutogradContext* context, Tensor x) {
///         context->save_for_backward({x});
///         return x * x * x;
///       }
///       static variable_list backward(AutogradContext* context, variable_list grads) {
///         Tensor x = context->get_saved_variables()[0];
///         return {grads[0] * 3 * x * x};
///       }
///     };
///     Tensor y = Cube::apply(x);
///
/// forward runs without recording and returns a Tensor or a variable_list; backward returns one
/// gradient for each argument of forward after the context, undefined for those that are no
/// tensors, and one for each tensor of a TensorList. apply must be given the list as a TensorList:
/// a std::vector counts as no tensor, as in libtorch. With create_graph, backward is recorded too,
/// so it has a gradient of its own.
template <class T>
struct Function {
  /// Throws: Error if backward returns another number of gradients or one for a non-tensor.
  template <class X = T, class... Args>
  static auto apply(Args&&... args)
      -> decltype(X::forward(static_cast<AutogradContext*>(nullptr), std::forward<Args>(args)...)) {
    detail::FunctionInputs inputs;
    (inputs.collect(args), ...);
    detail::FunctionCall call(typeid(T).name(), &X::backward, std::move(inputs));
    const auto run = [&] {
      const NoGradGuard no_grad;
      return X::forward(call.context(), std::forward<Args>(args)...);
    };
    if constexpr (std::is_same_v<decltype(run()), Tensor>) {
      return call.finish({run()})[0];
    } else {
      return call.finish(run());
    }
  }
};

}  // namespace gradtape::autograd
