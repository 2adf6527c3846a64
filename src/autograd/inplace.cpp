#include "autograd/inplace.h"

#include "autograd/as_strided.h"
#include "autograd/hooks.h"
#include "autograd/op_node.h"
#include "autograd/ops.h"

namespace gradtape::autograd {
namespace {

// PyTorch's words for a view that may not be written.
void check_view_origin(const AutogradMeta& meta, bool through_base) {
  if (meta.view == ViewOrigin::Single) return;
  const std::string object =
      through_base ? "its base or another view of its base has been" : "is being";
  const std::string output = meta.fn && !meta.fn->is_leaf()
                                 ? str("Output ", meta.output_nr, " of ", meta.fn->name())
                                 : std::string();
  std::string what;
  if (output.empty()) {
    what = str("A view was created in no_grad mode and ", object,
               " modified inplace with grad mode enabled.");
  } else if (meta.view == ViewOrigin::NoGrad) {
    what = str(output, " is a view of a view which was created in no_grad mode and ", object,
               " modified inplace with grad mode enabled.");
  } else {
    what = str(output, " is a view and ", object, " modified inplace.");
  }
  switch (meta.view) {
    case ViewOrigin::NoGrad:
      detail::fail(
          what,
          " Given that this use case is ambiguous and error-prone, it is forbidden. You can "
          "clarify your code by moving both the view and the inplace either both inside the "
          "no_grad block (if you don't want the inplace to be tracked) or both outside (if "
          "you want the inplace to be tracked).");
    case ViewOrigin::CustomFunction:
      detail::fail(
          what,
          " This view was created inside a custom Function (or because an input was returned "
          "as-is) and the autograd logic to handle view+inplace would override the custom "
          "backward associated with the custom Function, leading to incorrect gradients. "
          "This behavior is forbidden. You can fix this by cloning the output of the custom "
          "Function.");
    default:
      detail::fail(what,
                   " This view is the output of a function that returns multiple views. Such "
                   "functions do not allow the output views to be modified inplace. You should "
                   "replace the inplace operation by an out-of-place one.");
  }
}

// The history of a base after a write through one of its views: the gradient of the base is copied,
// the window's part of it goes through the gradient of the op that wrote it, and what comes back
// takes its place.
class CopySlices final : public Node {
 public:
  CopySlices(const Tensor& base, const Tensor& view, IntrusivePtr<Node> fn)
      : base_(without_memory(base)), view_(without_memory(view)), fn_(std::move(fn)) {
    edges_.push_back(gradient_edge(base));
    for (const Edge& edge : fn_->edges().subspan(1)) edges_.push_back(edge);
    set_edges(edges_.data(), edges_.size());
  }

  std::string name() const override { return "CopySlices"; }

  void backward(std::span<Tensor> grads, std::span<Tensor> into) override {
    check_not_released(released_, *this);
    if (!grads[0].defined()) return;
    Tensor whole = empty_strided(base_->sizes(), base_->strides(), grads[0].options());
    whole.copy_(grads[0]);
    Tensor slice =
        as_strided(whole, view_->sizes(), view_->strides(), view_->offset() - base_->offset());
    std::vector<Tensor> inner(fn_->num_inputs());
    Tensor written = slice.clone();
    const OutputNode as_view(*this);
    fn_->backward({&written, 1}, inner);
    if (inner[0].defined()) {
      slice.copy_(inner[0]);
    } else {
      slice.zero_();
    }
    into[0] = std::move(whole);
    for (size_t i = 1; i < inner.size(); ++i) into[i] = std::move(inner[i]);
  }

  // Also where the op has saved nothing, as PyTorch.
  void release_saved() override {
    fn_->release_saved();
    released_ = true;
  }

 private:
  // While a graph of the gradient is recorded, what fn reads as its output is the view as it was
  // written: a window over the output of this record.
  class OutputNode {
   public:
    explicit OutputNode(CopySlices& self)
        : fn_(GradMode::is_enabled() ? dynamic_cast<OpNodeBase*>(self.fn_.get()) : nullptr) {
      if (!fn_) return;
      const Edge edge{IntrusivePtr<Node>(&self), 0, self.base_->dtype(), self.base_->sizes()};
      fn_->set_output_node(make_window_node(edge, *self.base_, *self.view_));
    }
    ~OutputNode() {
      if (fn_) fn_->set_output_node(nullptr);
    }

   private:
    OpNodeBase* fn_;
  };

  // The geometry alone, so that the graph does not hold the memory.
  static IntrusivePtr<TensorImpl> without_memory(const Tensor& tensor) {
    const TensorImpl& impl = tensor.impl();
    return IntrusivePtr(
        new TensorImpl(nullptr, impl.dtype(), impl.sizes(), impl.strides(), impl.offset()));
  }

  IntrusivePtr<TensorImpl> base_, view_;
  IntrusivePtr<Node> fn_;
  std::vector<Edge> edges_;
  bool released_ = false;
};

}  // namespace

void check_inplace(const Tensor& self) {
  const AutogradMeta* meta = self.impl().autograd_meta();
  if (!meta || !self.is_floating_point()) return;
  const bool needs_grad = requires_grad(self);
  if (meta->view != ViewOrigin::None) {
    check_view_origin(*meta, /*through_base=*/false);
    GRADTAPE_CHECK(!(needs_grad && meta->base.is_leaf()),
                   "a view of a leaf Variable that requires grad is being used in an in-place "
                   "operation.");
  }
  GRADTAPE_CHECK(!(needs_grad && self.is_leaf()),
                 "a leaf Variable that requires grad is being used in an in-place operation.");
}

void replace_history(const Tensor& self, IntrusivePtr<Node> node, uint32_t output_nr) {
  set_history(self, std::move(node), output_nr);
  AutogradMeta* meta = self.impl().autograd_meta();
  if (meta && meta->slot) move_retaining_hook(*meta);
}

// The hooks of a base stay where they are when it is written through a view, also the one that
// retains its gradient, as in PyTorch 1.13.
void rebase_history(const Tensor& self, IntrusivePtr<Node> node, uint32_t output_nr) {
  if (!self.is_floating_point()) return;
  AutogradMeta& meta = ensure_meta(self);
  if (meta.view == ViewOrigin::None) return replace_history(self, std::move(node), output_nr);
  set_history(meta.base, IntrusivePtr<Node>(new CopySlices(meta.base, self, std::move(node))));
  refresh_view(self);
}

void refresh_view(const TensorBase& view) {
  AutogradMeta& meta = *view.impl().autograd_meta();
  const bool has_fn = meta.fn && !meta.fn->is_leaf();
  if (!has_fn && !requires_grad(meta.base)) return;
  const uint32_t version = view.storage()->version();
  if (meta.view_version == version) return;
  check_view_origin(meta, /*through_base=*/true);
  meta.fn = make_window_node(gradient_edge(meta.base), meta.base.impl(), view.impl());
  meta.output_nr = 0;
  meta.view_version = version;
  if (meta.slot) move_retaining_hook(meta);
}

Tensor make_view(const Tensor& input, DimVector sizes, DimVector strides, int64_t offset,
                 bool one_of_many) {
  const TensorImpl& impl = input.impl();
  Tensor view(IntrusivePtr(
      new TensorImpl(impl.storage(), impl.dtype(), std::move(sizes), std::move(strides), offset)));
  AutogradMeta& meta = ensure_meta(view);
  meta.view = !GradMode::is_enabled() ? ViewOrigin::NoGrad
              : one_of_many           ? ViewOrigin::OneOfMany
                                      : ViewOrigin::Single;
  meta.view_version = input.storage()->version();
  meta.base = input;
  if (const AutogradMeta* parent = impl.autograd_meta();
      parent && parent->view != ViewOrigin::None) {
    meta.base = parent->base;
    if (meta.view == ViewOrigin::Single) meta.view = parent->view;
  }
  return view;
}

Tensor copy_of(const Tensor& tensor) {
  const NoGradGuard no_grad;
  return tensor.clone();
}

}  // namespace gradtape::autograd
