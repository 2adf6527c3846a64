#pragma once

#include <vector>

#include "autograd/op_node.h"

namespace gradtape::autograd {

// The record of an op that joins any number of tensors and whose gradient reads none of them. The
// op has
//
//   static constexpr const char* name
//   void vjp(const Tensor& grad, std::span<const Edge> edges, std::span<Tensor> into) const
//
// and sets into[i] where edges[i] has a node.
template <class Op>
class ListNode final : public Node {
 public:
  ListNode(Op op, TensorList inputs) : op_(std::move(op)) {
    edges_.reserve(inputs.size());
    for (const Tensor& input : inputs) edges_.push_back(gradient_edge(input));
    set_edges(edges_.data(), edges_.size());
  }

  std::string name() const override { return Op::name; }
  void backward(std::span<Tensor> grads, std::span<Tensor> into) override {
    op_.vjp(grads[0], edges_, into);
  }

 private:
  Op op_;
  std::vector<Edge> edges_;
};

// Records that op made result from the list, if any of it needs a gradient.
template <class Op>
Tensor record_list(Op op, Tensor result, TensorList inputs) {
  if (!GradMode::is_enabled()) return result;
  for (const Tensor& input : inputs) {
    if (!requires_grad(input)) continue;
    set_history(result, IntrusivePtr<Node>(new ListNode<Op>(std::move(op), inputs)));
    break;
  }
  return result;
}

}  // namespace gradtape::autograd
