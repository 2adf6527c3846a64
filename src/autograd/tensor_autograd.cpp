#include <algorithm>

#include "autograd/hooks.h"
#include "autograd/inplace.h"
#include "autograd/tensor_record.h"

#include "gradtape/autograd/autograd.h"

// Tensor's methods that concern gradients.
namespace gradtape {

using autograd::TensorRecord;
using autograd::ViewOrigin;

namespace {

const Tensor kUndefined;

const TensorRecord* find_record(const Tensor& tensor) { return tensor.impl().record(); }

bool is_view_record(const TensorRecord* record) {
  return record && record->view != ViewOrigin::None;
}

}  // namespace

bool Tensor::requires_grad() const { return defined() && autograd::requires_grad(*this); }

bool Tensor::is_leaf() const { return grad_fn() == nullptr; }

IntrusivePtr<autograd::Node> Tensor::grad_fn() const {
  if (!find_record(*this)) return {};
  IntrusivePtr<autograd::Node> node = autograd::gradient_edge(*this).node;
  if (node && node->is_leaf()) return {};
  return node;
}

uint32_t Tensor::output_nr() const {
  const TensorRecord* record = find_record(*this);
  return record ? record->output_nr : 0;
}

const Tensor& Tensor::requires_grad_(bool requires_grad) const {
  GRADTAPE_CHECK(!requires_grad || is_floating_point(),
                 "only Tensors of floating point dtype can require gradients; got ", dtype(), " ",
                 sizes());
  if (!is_leaf()) {
    GRADTAPE_CHECK(
        requires_grad,
        "you can only change requires_grad flags of leaf variables. If you want to use a "
        "computed variable in a subgraph that doesn't require differentiation use "
        "var_no_grad = var.detach().");
    return *this;
  }
  if (!requires_grad && !find_record(*this)) return *this;
  TensorRecord& record = autograd::ensure_record(*this);
  if (!requires_grad) {
    autograd::make_constant(record);
  } else if (!record.fn) {
    autograd::make_leaf(record);
  }
  return *this;
}

const Tensor& Tensor::grad() const {
  if (!defined()) return kUndefined;
  const TensorRecord* record = find_record(*this);
  return record && record->slot ? record->slot->read() : kUndefined;
}

Tensor& Tensor::mutable_grad() const {
  return autograd::ensure_slot(autograd::ensure_record(*this)).read();
}

void Tensor::backward(const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph,
                      std::optional<TensorList> inputs) const {
  GRADTAPE_CHECK(!inputs || !inputs->empty(), "'inputs' argument to backward cannot be empty");
  autograd::backward({*this}, {gradient}, retain_graph, create_graph,
                     inputs ? inputs->vec() : variable_list());
}

Tensor Tensor::detach() const { return autograd::without_record(*this); }

Tensor& Tensor::detach_() const {
  TensorRecord* record = impl().record();
  if (!record) return const_cast<Tensor&>(*this);
  GRADTAPE_CHECK(
      record->view == ViewOrigin::None,
      "Can't detach views in-place. Use detach() instead. If you are using "
      "DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as "
      "True, gradients are views of DDP buckets, and hence detach_() cannot be called on "
      "these gradients.");
  autograd::make_constant(*record);
  return const_cast<Tensor&>(*this);
}

void Tensor::retain_grad() const {
  GRADTAPE_CHECK(requires_grad(), "can't retain_grad on Tensor that has requires_grad=False");
  if (is_leaf() || retains_grad()) return;
  autograd::hooks_of(*this).entries.push_back({nullptr, true});
}

bool Tensor::retains_grad() const {
  const TensorRecord* record = find_record(*this);
  if (is_leaf() || !record->slot || !record->slot->hooks) return false;
  const auto& entries = record->slot->hooks->entries;
  return std::any_of(entries.begin(), entries.end(),
                     [](const auto& entry) { return entry.retains; });
}

unsigned Tensor::register_hook(std::function<Tensor(const Tensor&)> hook) const {
  GRADTAPE_CHECK(requires_grad(),
                 "cannot register a hook on a variable that doesn't require gradient");
  auto& entries = autograd::hooks_of(*this).entries;
  entries.push_back({std::move(hook)});
  return static_cast<unsigned>(entries.size() - 1);
}

void Tensor::remove_hook(unsigned position) const {
  const TensorRecord* record = find_record(*this);
  autograd::Node::HookList* list = record && record->slot ? record->slot->hooks.get() : nullptr;
  GRADTAPE_CHECK(list && position < list->entries.size(), "Invalid index, no hook at position ",
                 position);
  list->entries[position] = {};
}

bool Tensor::is_view() const { return is_view_record(find_record(*this)); }

Tensor Tensor::_base() const {
  const TensorRecord* record = find_record(*this);
  GRADTAPE_CHECK(is_view_record(record), "Can't get base of non-view Tensor");
  return record->base;
}

Tensor Tensor::data() const {
  return Tensor(IntrusivePtr(new TensorImpl(Storage::alias(storage()), dtype(), impl().sizes(),
                                            impl().strides(), storage_offset())));
}

void Tensor::set_data(const Tensor& other) const {
  GRADTAPE_CHECK(!requires_grad() || other.is_floating_point(),
                 "set_data: a tensor that needs a gradient must stay floating point; got ",
                 other.dtype());
  if (TensorRecord* record = impl().record()) {
    // It will share no memory with its base any more; what it has from it is settled now.
    if (record->view != ViewOrigin::NoGrad) autograd::gradient_edge(*this);
    autograd::fix_history(*this, other.sizes(), other.dtype());
    record->view = ViewOrigin::None;
    record->base.reset();
  }
  impl().set(other.storage(), other.dtype(), other.impl().sizes(), other.impl().strides(),
             other.storage_offset());
}

}  // namespace gradtape
