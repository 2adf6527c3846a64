#include "autograd/op_node.h"
#include "core/checked.h"

#include "gradtape/ops/factory.h"
#include "gradtape/ops/join.h"
#include "gradtape/ops/view.h"

// Several views of one tensor from one record: its gradient is one cat or stack of theirs.
namespace gradtape {
namespace {

using namespace autograd;

Tensor joined(std::span<Tensor> grads, IntArrayRef sizes, ScalarType dtype, int64_t dim,
              IntArrayRef pieces) {
  for (size_t i = 0; i < grads.size(); ++i) {
    if (grads[i].defined()) continue;
    DimVector piece(sizes);
    piece[dim] = pieces[i];
    grads[i] = zeros(piece, dtype);
  }
  return cat(TensorList(grads.data(), grads.size()), dim);
}

struct Split {
  static constexpr const char* name = "SplitBackward0";
  static constexpr Reads reads[] = {kNothing};
  DimVector pieces;
  int64_t dim;
  void vjp(std::span<Tensor> grads, const Saved& saved, std::span<Tensor> into) const {
    into[0] = joined(grads, saved.sizes(0), saved.dtype(0), dim, pieces);
  }
};

struct SplitWithSizes : Split {
  static constexpr const char* name = "SplitWithSizesBackward0";
};

struct Unbind {
  static constexpr const char* name = "UnbindBackward0";
  static constexpr Reads reads[] = {kNothing};
  int64_t dim;
  void vjp(std::span<Tensor> grads, const Saved& saved, std::span<Tensor> into) const {
    DimVector piece(saved.sizes(0));
    piece.erase(dim);
    for (Tensor& grad : grads) {
      if (!grad.defined()) grad = zeros(piece, saved.dtype(0));
    }
    into[0] = stack(TensorList(grads.data(), grads.size()), dim);
  }
};

template <class Op>
void record_all(Op op, const Tensor& self, const std::vector<Tensor>& views) {
  if (views.empty() || !GradMode::is_enabled() || !requires_grad(self)) return;
  const auto node = make_node(std::move(op), self);
  node->set_num_outputs(views.size());
  for (size_t i = 0; i < views.size(); ++i) set_history(views[i], node, static_cast<uint32_t>(i));
}

template <class Op>
std::vector<Tensor> split_into(const Tensor& self, int64_t dim, DimVector pieces) {
  std::vector<Tensor> views;
  views.reserve(pieces.size());
  int64_t offset = self.storage_offset();
  for (const int64_t piece : pieces) {
    DimVector sizes = self.impl().sizes();
    sizes[dim] = piece;
    views.push_back(make_view(self, std::move(sizes), self.impl().strides(), offset,
                              /*one_of_many=*/true));
    offset += piece * self.strides()[dim];
  }
  record_all(Op{std::move(pieces), dim}, self, views);
  return views;
}

}  // namespace

std::vector<Tensor> split(const Tensor& self, int64_t split_size, int64_t dim) {
  GRADTAPE_CHECK(self.dim() > 0, "split expects at least a 1-dimensional tensor");
  dim = wrap_dim(dim, self.dim(), "split");
  GRADTAPE_CHECK(split_size >= 0,
                 "split expects split_size be non-negative, but got split_size=", split_size);
  const int64_t size = self.sizes()[dim];
  GRADTAPE_CHECK(split_size > 0 || size == 0,
                 "split_size can only be 0 if dimension size is 0, but got dimension size of ",
                 size);
  const int64_t count = split_size == 0 ? 1 : std::max<int64_t>(ceil_div(size, split_size), 1);
  check_affordable(count, sizeof(Tensor));
  DimVector pieces(count, split_size);
  pieces.back() = size - split_size * (count - 1);
  return split_into<Split>(self, dim, std::move(pieces));
}

std::vector<Tensor> split(const Tensor& self, IntArrayRef split_sizes, int64_t dim) {
  return split_with_sizes(self, split_sizes, dim);
}

std::vector<Tensor> split_with_sizes(const Tensor& self, IntArrayRef split_sizes, int64_t dim) {
  GRADTAPE_CHECK(self.dim() > 0, "split expects at least a 1-dimensional tensor");
  dim = wrap_dim(dim, self.dim(), "split_with_sizes");
  int64_t sum = 0;
  for (const int64_t piece : split_sizes) {
    GRADTAPE_CHECK(piece >= 0,
                   "split_with_sizes expects split_sizes have only non-negative entries, but got "
                   "split_sizes=",
                   split_sizes);
    sum = checked_add(sum, piece);
  }
  GRADTAPE_CHECK(sum == self.sizes()[dim],
                 "split_with_sizes expects split_sizes to sum exactly to ", self.sizes()[dim],
                 " (input tensor's size at dimension ", dim,
                 "), but got split_sizes=", split_sizes);
  return split_into<SplitWithSizes>(self, dim, split_sizes);
}

std::vector<Tensor> chunk(const Tensor& self, int64_t chunks, int64_t dim) {
  GRADTAPE_CHECK(self.dim() > 0, "chunk expects at least a 1-dimensional tensor");
  GRADTAPE_CHECK(chunks > 0, "chunk expects `chunks` to be greater than 0, got: ", chunks);
  dim = wrap_dim(dim, self.dim(), "chunk");
  const int64_t size = self.sizes()[dim];
  // As in PyTorch, only an empty dimension gives the full number of pieces.
  if (size == 0) {
    check_affordable(chunks, sizeof(Tensor));
    return split_with_sizes(self, DimVector(chunks, 0), dim);
  }
  return split(self, ceil_div(size, chunks), dim);
}

std::vector<Tensor> unbind(const Tensor& self, int64_t dim) {
  GRADTAPE_CHECK(self.dim() > 0, "Dimension specified as ", dim, " but tensor has no dimensions");
  dim = wrap_dim(dim, self.dim(), "unbind");
  DimVector sizes = self.impl().sizes(), strides = self.impl().strides();
  const int64_t count = sizes[dim], stride = strides[dim];
  sizes.erase(dim);
  strides.erase(dim);
  check_affordable(count, sizeof(Tensor));
  std::vector<Tensor> views;
  views.reserve(count);
  for (int64_t i = 0; i < count; ++i) {
    views.push_back(make_view(self, sizes, strides, self.storage_offset() + i * stride,
                              /*one_of_many=*/true));
  }
  record_all(Unbind{dim}, self, views);
  return views;
}

std::vector<Tensor> Tensor::split(int64_t split_size, int64_t dim) const {
  return gradtape::split(*this, split_size, dim);
}
std::vector<Tensor> Tensor::split(IntArrayRef split_sizes, int64_t dim) const {
  return gradtape::split_with_sizes(*this, split_sizes, dim);
}
std::vector<Tensor> Tensor::split_with_sizes(IntArrayRef split_sizes, int64_t dim) const {
  return gradtape::split_with_sizes(*this, split_sizes, dim);
}
std::vector<Tensor> Tensor::chunk(int64_t chunks, int64_t dim) const {
  return gradtape::chunk(*this, chunks, dim);
}
std::vector<Tensor> Tensor::unbind(int64_t dim) const { return gradtape::unbind(*this, dim); }

}  // namespace gradtape
