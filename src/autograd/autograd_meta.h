#pragma once

#include "gradtape/autograd/node.h"

namespace gradtape::autograd {

// How a view came to be, which decides whether it may be written in place.
enum class ViewOrigin : uint8_t { None, Single, OneOfMany, NoGrad, CustomFunction };

// A tensor's place in a graph; what TensorImpl::autograd_meta() points to.
class AutogradMeta : public Pooled<AutogradMeta> {
 public:
  IntrusivePtr<Node> fn;  // of a leaf that needs a gradient: its Leaf
  uint32_t output_nr = 0;
  ViewOrigin view = ViewOrigin::None;
  uint32_t view_version = 0;  // the storage's version for which fn is right
  Tensor base;                // of a view: what it is a view of, itself no view
  IntrusivePtr<Node::GradSlot> slot;

  // The parked node holds the slot.
  ~AutogradMeta() {
    if (slot) slot->parked.reset();
  }
};

// That of a tensor that has none yet is made.
AutogradMeta& ensure_meta(const TensorBase& tensor);
Node::GradSlot& ensure_slot(AutogradMeta& meta);
// Whether this handle is the only way to the tensor's memory.
bool is_unshared(const TensorBase& tensor);

// Makes a leaf that needs a gradient.
void make_leaf(AutogradMeta& meta);
// Makes a leaf without history that needs none.
void make_constant(AutogradMeta& meta);

// The node of a leaf: backward accumulates into its slot, after the leaf's hooks.
class Leaf final : public Node {
 public:
  // What has become of the tensor since; a graph may still hold this node.
  enum class State : uint8_t { NeedsGrad, NeedsNone, Interior, Resized };

  explicit Leaf(IntrusivePtr<GradSlot> slot) : slot_(std::move(slot)) {}
  std::string name() const override { return "AccumulateGrad"; }
  bool is_leaf() const override { return true; }
  void set_state(State state) { state_ = state; }
  bool is_of(const GradSlot* slot) const { return slot && slot_.get() == slot; }
  void backward(std::span<Tensor> output_grads, std::span<Tensor> input_grads) override;

 private:
  IntrusivePtr<GradSlot> slot_;
  State state_ = State::NeedsGrad;
};

// Up to date also for a view whose base has been written since.
bool requires_grad(const TensorBase& tensor);
// The node and output that a gradient of the tensor goes to; node is null if it needs none.
Edge gradient_edge(const TensorBase& tensor);
inline Edge gradient_edge(const Edge& edge) { return edge; }
// A tensor over the same memory, without history.
Tensor detached(const TensorBase& tensor);
// Makes tensor the given output of node; but what is not floating point never has a history.
void set_history(const TensorBase& tensor, IntrusivePtr<Node> node, uint32_t output_nr = 0);
// To be called before tensor gets other sizes or another dtype though its history stays: what its
// history receives is checked against, and summed and converted to, what tensor is now.
void fix_history(const TensorBase& tensor, IntArrayRef new_sizes, ScalarType new_dtype);

}  // namespace gradtape::autograd
