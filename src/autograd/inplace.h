#pragma once

#include "autograd/autograd_meta.h"

// Writing in place, and views: PyTorch's semantics. A write into a view is a write into its base,
// so it rewrites the history of the base; every other view finds its new history when it is next
// asked.
namespace gradtape::autograd {

// Throws: Error, in PyTorch's words, if self may not be written while gradients are recorded: a
// leaf that needs a gradient, a view of one, one of several views of one op, a view made without
// recording.
void check_inplace(const Tensor& self);

// node is the record of an op that has just written self, as its given output: it becomes self's
// history and, for a view (and then output_nr is 0), part of its base's.
void rebase_history(const Tensor& self, IntrusivePtr<Node> node, uint32_t output_nr = 0);

// The same for an op that has changed self alone, even if it is a view.
void replace_history(const Tensor& self, IntrusivePtr<Node> node, uint32_t output_nr = 0);

// A window over input's storage, tracked as a view of input's base; offset counts from the
// storage's start. The caller records it.
Tensor make_view(const Tensor& input, DimVector sizes, DimVector strides, int64_t offset,
                 bool one_of_many = false);

// The same elements in fresh memory, without history.
Tensor copy_of(const Tensor& tensor);

}  // namespace gradtape::autograd
