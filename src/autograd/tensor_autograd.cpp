#include <algorithm>

#include "autograd/autograd_meta.h"
#include "autograd/hooks.h"
#include "autograd/inplace.h"

#include "gradtape/autograd/autograd.h"

// Tensor's methods that concern gradients.
namespace gradtape {

using autograd::AutogradMeta;
using autograd::ViewOrigin;

namespace {

const Tensor kUndefined;

const AutogradMeta* find_meta(const Tensor& tensor) { return tensor.impl().autograd_meta(); }

bool is_view_meta(const AutogradMeta* meta) { return meta && meta->view != ViewOrigin::None; }

}  // namespace

bool Tensor::requires_grad() const { return defined() && autograd::requires_grad(*this); }

bool Tensor::is_leaf() const { return grad_fn() == nullptr; }

IntrusivePtr<autograd::Node> Tensor::grad_fn() const {
  if (!find_meta(*this)) return {};
  IntrusivePtr<autograd::Node> node = autograd::gradient_edge(*this).node;
  if (node && node->is_leaf()) return {};
  return node;
}

uint32_t Tensor::output_nr() const {
  const AutogradMeta* meta = find_meta(*this);
  return meta ? meta->output_nr : 0;
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
  if (!requires_grad && !find_meta(*this)) return *this;
  AutogradMeta& meta = autograd::ensure_meta(*this);
  if (!requires_grad) {
    autograd::make_constant(meta);
  } else if (!meta.fn) {
    autograd::make_leaf(meta);
  }
  return *this;
}

const Tensor& Tensor::grad() const {
  if (!defined()) return kUndefined;
  const AutogradMeta* meta = find_meta(*this);
  return meta && meta->slot ? meta->slot->read() : kUndefined;
}

Tensor& Tensor::mutable_grad() const {
  return autograd::ensure_slot(autograd::ensure_meta(*this)).read();
}

void Tensor::backward(const Tensor& gradient, std::optional<bool> retain_graph, bool create_graph,
                      std::optional<TensorList> inputs) const {
  GRADTAPE_CHECK(!inputs || !inputs->empty(), "'inputs' argument to backward cannot be empty");
  autograd::backward({*this}, {gradient}, retain_graph, create_graph,
                     inputs ? inputs->vec() : variable_list());
}

Tensor Tensor::detach() const { return autograd::detached(*this); }

Tensor& Tensor::detach_() const {
  AutogradMeta* meta = impl().autograd_meta();
  if (!meta) return const_cast<Tensor&>(*this);
  GRADTAPE_CHECK(
      meta->view == ViewOrigin::None,
      "Can't detach views in-place. Use detach() instead. If you are using "
      "DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as "
      "True, gradients are views of DDP buckets, and hence detach_() cannot be called on "
      "these gradients.");
  autograd::make_constant(*meta);
  return const_cast<Tensor&>(*this);
}

void Tensor::retain_grad() const {
  GRADTAPE_CHECK(requires_grad(), "can't retain_grad on Tensor that has requires_grad=False");
  if (is_leaf() || retains_grad()) return;
  autograd::hooks_of(*this).entries.push_back({nullptr, true});
}

bool Tensor::retains_grad() const {
  const AutogradMeta* meta = find_meta(*this);
  if (is_leaf() || !meta->slot || !meta->slot->hooks) return false;
  const auto& entries = meta->slot->hooks->entries;
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
  const AutogradMeta* meta = find_meta(*this);
  autograd::Node::HookList* list = meta && meta->slot ? meta->slot->hooks.get() : nullptr;
  GRADTAPE_CHECK(list && position < list->entries.size(), "Invalid index, no hook at position ",
                 position);
  list->entries[position] = {};
}

bool Tensor::is_view() const { return is_view_meta(find_meta(*this)); }

Tensor Tensor::_base() const {
  const AutogradMeta* meta = find_meta(*this);
  GRADTAPE_CHECK(is_view_meta(meta), "Can't get base of non-view Tensor");
  return meta->base;
}

Tensor Tensor::data() const {
  return Tensor(IntrusivePtr(new TensorImpl(Storage::alias(storage()), dtype(), impl().sizes(),
                                            impl().strides(), storage_offset())));
}

void Tensor::set_data(const Tensor& other) const {
  GRADTAPE_CHECK(!requires_grad() || other.is_floating_point(),
                 "set_data: a tensor that needs a gradient must stay floating point; got ",
                 other.dtype());
  if (AutogradMeta* meta = impl().autograd_meta()) {
    // It will share no memory with its base any more; what it has from it is settled now.
    if (meta->view != ViewOrigin::NoGrad) autograd::gradient_edge(*this);
    autograd::fix_history(*this, other.sizes(), other.dtype());
    meta->view = ViewOrigin::None;
    meta->base.reset();
  }
  impl().set(other.storage(), other.dtype(), other.impl().sizes(), other.impl().strides(),
             other.storage_offset());
}

}  // namespace gradtape
