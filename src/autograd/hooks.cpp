#include "autograd/hooks.h"

#include <algorithm>
#include <utility>

#include "autograd/inplace.h"

namespace gradtape::autograd {
namespace {

// A leaf's record finds them in the slot.
void attach(AutogradMeta& meta) {
  if (!meta.fn || meta.fn->is_leaf()) return;
  meta.fn->extras().hooks.push_back({meta.output_nr, meta.slot->hooks, meta.slot});
}

// The engine's mode decides whether the sum is recorded.
void retain(Node::GradSlot& slot, const Tensor& grad) {
  Tensor& kept = slot.read();
  if (kept.defined()) {
    kept = kept.add(grad);
  } else {
    kept = grad.is_contiguous() ? grad.clone() : grad.contiguous();
  }
}

}  // namespace

Node::HookList& hooks_of(const Tensor& tensor) {
  gradient_edge(tensor);  // brings a view's meta up to date
  AutogradMeta& meta = ensure_meta(tensor);
  Node::GradSlot& slot = ensure_slot(meta);
  if (!slot.hooks) {
    slot.hooks = IntrusivePtr(new Node::HookList);
    attach(meta);
  }
  return *slot.hooks;
}

void move_retaining_hook(AutogradMeta& meta) {
  Node::GradSlot& slot = *meta.slot;
  if (slot.parked) {
    static_cast<Leaf&>(*slot.parked).set_state(Leaf::State::Interior);
    slot.parked.reset();
  }
  if (!slot.hooks) return;
  const IntrusivePtr<Node::HookList> before = std::move(slot.hooks);
  const auto retaining = std::find_if(before->entries.begin(), before->entries.end(),
                                      [](const auto& entry) { return entry.retains; });
  if (retaining == before->entries.end()) return;
  slot.hooks = IntrusivePtr(new Node::HookList);
  slot.hooks->entries.push_back(std::exchange(*retaining, {}));
  attach(meta);
}

void run_hooks(Node::HookList& hooks, Node::GradSlot* slot, Tensor& grad) {
  const IntrusivePtr<Node::HookList> alive(&hooks);
  make_own_handle(grad);
  const DimVector sizes = grad.impl().sizes();
  const ScalarType dtype = grad.dtype();
  // A hook may register and remove hooks; new ones wait for the next time.
  for (size_t i = 0, count = hooks.entries.size(); i < count; ++i) {
    if (hooks.entries[i].retains && slot) retain(*slot, grad);
    const Node::Hook hook = hooks.entries[i].hook;
    if (!hook) continue;
    if (Tensor replaced = hook(grad); replaced.defined()) grad = std::move(replaced);
    // Also the gradient it was given, which it may have resized.
    GRADTAPE_CHECK(grad.dtype() == dtype, "hook '", i, "' has changed the type of value (was CPU",
                   to_string(dtype), "Type got ", grad.toString(), ")");
    GRADTAPE_CHECK(grad.sizes().equals(sizes), "hook '", i, "' has changed the size of value (was ",
                   sizes, " got ", grad.sizes(), ")");
  }
}

void make_own_handle(Tensor& grad) {
  if (!grad.defined() || grad.use_count() == 1) return;
  const Edge edge = gradient_edge(grad);
  grad = detached(grad);
  if (edge.node) set_history(grad, edge.node, edge.output_nr);
}

}  // namespace gradtape::autograd
