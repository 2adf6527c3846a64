#pragma once

#include "autograd/autograd_meta.h"

// Hooks on a tensor's gradient, retain_grad among them. PyTorch 1.13's rules: they belong to the
// value they were registered on, so they stay with its record when the tensor is written in place;
// only the one that retains the gradient goes with the tensor.
namespace gradtape::autograd {

// The hooks of a tensor that needs a gradient, for adding to.
Node::HookList& hooks_of(const Tensor& tensor);

// To be called when a tensor that has a slot has got another history.
void move_retaining_hook(AutogradMeta& meta);

// Each in turn may replace the gradient, or adds it to slot (if not null).
//
// Throws: Error, in PyTorch's words, if one gives it another shape or dtype.
void run_hooks(Node::HookList& hooks, Node::GradSlot* slot, Tensor& grad);

// Before user code gets a gradient: what it does to the handle (resize_, set_data) must not reach
// others of the engine's.
void make_own_handle(Tensor& grad);

}  // namespace gradtape::autograd
