#include "autograd/autograd_meta.h"

#include "autograd/as_strided.h"
#include "autograd/hooks.h"
#include "autograd/inplace.h"

#include "gradtape/autograd/grad_mode.h"

namespace gradtape::autograd {

void destroy(AutogradMeta* meta) noexcept { delete meta; }

AutogradMeta& ensure_meta(const TensorBase& tensor) {
  TensorImpl& impl = tensor.impl();
  if (!impl.autograd_meta()) impl.set_autograd_meta(new AutogradMeta);
  return *impl.autograd_meta();
}

bool is_unshared(const TensorBase& tensor) {
  return tensor.use_count() == 1 && tensor.storage()->use_count() == 1;
}

Node::GradSlot& ensure_slot(AutogradMeta& meta) {
  if (!meta.slot) meta.slot = IntrusivePtr(new Node::GradSlot);
  return *meta.slot;
}

void make_leaf(AutogradMeta& meta) {
  Node::GradSlot& slot = ensure_slot(meta);
  if (slot.parked) {
    static_cast<Leaf&>(*slot.parked).set_state(Leaf::State::NeedsGrad);
    meta.fn = std::move(slot.parked);
  } else {
    meta.fn = IntrusivePtr<Node>(new Leaf(meta.slot));
  }
  meta.output_nr = 0;
}

namespace {

// Whether fn is this tensor's own leaf; a handle of the engine's may stand for another tensor's.
bool is_own_leaf(const AutogradMeta& meta, const IntrusivePtr<Node>& fn) {
  return fn && fn->is_leaf() && static_cast<Leaf&>(*fn).is_of(meta.slot.get());
}

}  // namespace

void make_constant(AutogradMeta& meta) {
  IntrusivePtr<Node> fn = std::move(meta.fn);
  meta.output_nr = 0;
  if (is_own_leaf(meta, fn)) meta.slot->parked = std::move(fn);
  if (!meta.slot || !meta.slot->parked) return;
  static_cast<Leaf&>(*meta.slot->parked).set_state(Leaf::State::NeedsNone);
}

bool requires_grad(const TensorBase& tensor) {
  const AutogradMeta* meta = tensor.impl().autograd_meta();
  return meta && (meta->fn || (meta->base.defined() && requires_grad(meta->base)));
}

Edge gradient_edge(const TensorBase& tensor) {
  if (!tensor.defined()) return {};  // an optional input that was left out
  const TensorImpl& impl = tensor.impl();
  const AutogradMeta* meta = impl.autograd_meta();
  if (!meta) return {nullptr, 0, impl.dtype(), impl.sizes()};
  if (meta->view != ViewOrigin::None) refresh_view(tensor);
  return {meta->fn, meta->output_nr, impl.dtype(), impl.sizes()};
}

Tensor detached(const TensorBase& tensor) {
  const TensorImpl& impl = tensor.impl();
  IntrusivePtr alias(
      new TensorImpl(impl.storage(), impl.dtype(), impl.sizes(), impl.strides(), impl.offset()));
  alias->set_wrapped_number(impl.is_wrapped_number());
  return Tensor(std::move(alias));
}

void set_history(const TensorBase& tensor, IntrusivePtr<Node> node, uint32_t output_nr) {
  if (!tensor.is_floating_point()) [[unlikely]]
    return;
  AutogradMeta& meta = ensure_meta(tensor);
  meta.fn = std::move(node);
  meta.output_nr = output_nr;
  meta.view_version = tensor.storage()->version();
}

namespace {

// Stands between a tensor that has got other sizes or another dtype and its history. The engine
// checks, sums and converts on the edge to it, as on every edge.
class SetData final : public Node {
 public:
  explicit SetData(Edge history) : edge_(std::move(history)) { set_edges(&edge_, 1); }
  std::string name() const override { return "SetData"; }
  void backward(std::span<Tensor> grads, std::span<Tensor> into) override {
    into[0] = std::move(grads[0]);
  }

 private:
  Edge edge_;
};

}  // namespace

// A leaf takes up what fits it now; what an older graph has for it does not.
void fix_history(const TensorBase& tensor, IntArrayRef new_sizes, ScalarType new_dtype) {
  AutogradMeta* meta = tensor.impl().autograd_meta();
  if (!meta) return;
  const bool resized = !new_sizes.equals(tensor.sizes());
  if (resized && meta->slot && meta->slot->parked) {
    static_cast<Leaf&>(*meta->slot->parked).set_state(Leaf::State::Resized);
    meta->slot->parked.reset();
  }
  if (!meta->fn) return;
  const Edge history = gradient_edge(tensor);
  if (!is_own_leaf(*meta, meta->fn)) {
    if (!resized && new_dtype == tensor.dtype()) return;
    meta->fn = IntrusivePtr<Node>(new SetData(history));
    meta->output_nr = 0;
  } else if (resized) {
    static_cast<Leaf&>(*meta->fn).set_state(Leaf::State::Resized);
    meta->fn = IntrusivePtr<Node>(new Leaf(meta->slot));
  }
}

Tensor& Node::GradSlot::read() {
  if (zero.load(std::memory_order_acquire)) {
    const std::lock_guard lock(mutex);
    if (zero.load(std::memory_order_relaxed)) {
      const NoGradGuard no_grad;
      grad.zero_();
      zero.store(false, std::memory_order_release);
    }
  }
  return grad;
}

void zero_grad(const Tensor& leaf) {
  const AutogradMeta* meta = leaf.impl().autograd_meta();
  if (!meta || !meta->slot || !meta->slot->grad.defined()) return;
  Node::GradSlot& slot = *meta->slot;
  if (slot.grad.requires_grad()) slot.grad = slot.grad.detach();
  if (is_unshared(slot.grad)) {
    slot.zero = true;
  } else {
    const NoGradGuard no_grad;
    slot.grad.zero_();
  }
}

// In place where nobody else can see the buffer; as a recorded sum where a graph is being made.
void Leaf::backward(std::span<Tensor> output_grads, std::span<Tensor>) {
  Tensor& incoming = output_grads[0];
  if (!incoming.defined() || state_ == State::NeedsNone) return;
  GRADTAPE_CHECK(state_ != State::Interior, "leaf variable has been moved into the graph interior");
  GRADTAPE_CHECK(
      state_ != State::Resized,
      "AccumulateGrad: the leaf has got another shape since it was used; got a gradient ",
      incoming.sizes());
  if (slot_->hooks) run_hooks(*slot_->hooks, nullptr, incoming);
  const std::lock_guard lock(slot_->mutex);
  Tensor& grad = slot_->grad;
  if (grad.defined() && !slot_->zero.exchange(false)) {
    if (GradMode::is_enabled()) {
      grad = grad.add(incoming);
    } else {
      grad.add_(incoming);
    }
  } else if (is_unshared(incoming) && (GradMode::is_enabled() || incoming.is_contiguous())) {
    grad = std::move(incoming);
  } else {
    grad = GradMode::is_enabled() ? incoming.clone() : copy_of(incoming);
  }
}

}  // namespace gradtape::autograd
