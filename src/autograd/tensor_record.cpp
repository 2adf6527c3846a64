#include "autograd/tensor_record.h"

#include "autograd/as_strided.h"
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
  ensure_slot(record);
  record.fn = IntrusivePtr<Node>(new Leaf(record.slot));
  record.output_nr = 0;
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
  TensorRecord& record = ensure_record(tensor);
  record.fn = std::move(node);
  record.output_nr = output_nr;
  record.view_version = tensor.storage()->version();
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
  if (!incoming.defined()) return;
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
