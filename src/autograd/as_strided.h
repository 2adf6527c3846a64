#pragma once

#include "autograd/autograd_meta.h"

namespace gradtape::autograd {

// Brings a view's history up to date: if the storage was written since the view was made or last
// asked, its gradient goes to its base by its geometry alone.
//
// Throws: Error if the view is one that may not be written and its base was.
void refresh_view(const TensorBase& view);

// The window (sizes, strides, offset) over input's storage, recorded.
Tensor as_strided(const Tensor& input, IntArrayRef sizes, IntArrayRef strides, int64_t offset);

// A record that stands for such a window over the first output of node, a tensor of the geometry of
// base; window and base count their offset from the same storage.
IntrusivePtr<Node> make_window_node(const Edge& source, const TensorImpl& base,
                                    const TensorImpl& window);

}  // namespace gradtape::autograd
