#include "autograd/tensor_record.h"

#include "autograd/as_strided.h"
#include "autograd/hooks.h"
#include "autograd/inplace.h"

#include "gradtape/autograd/grad_mode.h"

namespace gradtape::autograd {

void destroy(TensorRecord* record) noexcept { delete record; }

TensorRecord& ensure_record(const Tensor& tensor) {
  TensorImpl& impl = tensor.impl();
  if (!impl.record()) impl.set_record(new TensorRecord);
  return *impl.record();
}

bool is_unshared(const Tensor& tensor) {
  return tensor.use_count() == 1 && tensor.storage()->use_count() == 1;
}

Node::GradSlot& ensure_slot(TensorRecord& record) {
  if (!record.slot) record.slot = IntrusivePtr(new Node::GradSlot);
  return *record.slot;
}

void make_leaf(TensorRecord& record) {
  Node::GradSlot& slot = ensure_slot(record);
  if (slot.parked) {
    static_cast<Leaf&>(*slot.parked).set_state(Leaf::State::NeedsGrad);
    record.fn = std::move(slot.parked);
  } else {
    record.fn = IntrusivePtr<Node>(new Leaf(record.slot));
  }
  record.output_nr = 0;
}

void make_constant(TensorRecord& record) {
  IntrusivePtr<Node> fn = std::move(record.fn);
  record.output_nr = 0;
  if (fn && fn->is_leaf()) record.slot->parked = std::move(fn);
  if (!record.slot || !record.slot->parked) return;
  static_cast<Leaf&>(*record.slot->parked).set_state(Leaf::State::NeedsNone);
}

bool requires_grad(const Tensor& tensor) {
  const TensorRecord* record = tensor.impl().record();
  return record && (record->fn || (record->base.defined() && requires_grad(record->base)));
}

Edge gradient_edge(const Tensor& tensor) {
  if (!tensor.defined()) return {};  // an optional input that was left out
  const TensorImpl& impl = tensor.impl();
  const TensorRecord* record = impl.record();
  if (!record) return {nullptr, 0, impl.dtype(), impl.sizes()};
  if (record->view != ViewOrigin::None) refresh_view(tensor);
  return {record->fn, record->output_nr, impl.dtype(), impl.sizes()};
}

Tensor without_record(const Tensor& tensor) {
  const TensorImpl& impl = tensor.impl();
  IntrusivePtr alias(
      new TensorImpl(impl.storage(), impl.dtype(), impl.sizes(), impl.strides(), impl.offset()));
  alias->set_wrapped_number(impl.is_wrapped_number());
  return Tensor(std::move(alias));
}

void set_history(const Tensor& tensor, IntrusivePtr<Node> node, uint32_t output_nr) {
  if (!tensor.is_floating_point()) [[unlikely]]
    return;
  TensorRecord& record = ensure_record(tensor);
  record.fn = std::move(node);
  record.output_nr = output_nr;
  record.view_version = tensor.storage()->version();
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
void fix_history(const Tensor& tensor, IntArrayRef new_sizes, ScalarType new_dtype) {
  TensorRecord* record = tensor.impl().record();
  if (!record || !record->fn) return;
  const Edge history = gradient_edge(tensor);
  const bool resized = !new_sizes.equals(tensor.sizes());
  if (!record->fn->is_leaf()) {
    if (!resized && new_dtype == tensor.dtype()) return;
    record->fn = IntrusivePtr<Node>(new SetData(history));
    record->output_nr = 0;
  } else if (resized) {
    static_cast<Leaf&>(*record->fn).set_state(Leaf::State::Resized);
    record->fn = IntrusivePtr<Node>(new Leaf(record->slot));
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
  const TensorRecord* record = leaf.impl().record();
  if (!record || !record->slot || !record->slot->grad.defined()) return;
  Node::GradSlot& slot = *record->slot;
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
