#include "autograd/as_strided.h"
#include "autograd/op_node.h"
#include "core/checked.h"
#include "kernels/base/array.h"
#include "kernels/indexing/unfold.h"

#include "gradtape/ops/view.h"

// Views that show a part of a tensor. Their gradient is zero around that part.
namespace gradtape {
namespace {

using namespace autograd;

struct Place {
  DimVector sizes, strides;
  int64_t offset;
};

// The offset after index steps. That of a window without elements stays where it would leave what
// can be counted.
void advance(const Tensor& self, int64_t& offset, int64_t index, int64_t stride) {
  const int64_t moved = clamped_add(offset, clamped_mul(index, stride));
  if (moved <= INT64_MAX / static_cast<int64_t>(self.itemsize())) offset = moved;
}

Place selected(const Tensor& self, int64_t dim, int64_t index) {
  Place to{self.impl().sizes(), self.impl().strides(), self.storage_offset()};
  advance(self, to.offset, index, to.strides[dim]);
  to.sizes.erase(dim);
  to.strides.erase(dim);
  return to;
}

Place sliced(const Tensor& self, int64_t dim, int64_t start, int64_t end, int64_t step) {
  Place to{self.impl().sizes(), self.impl().strides(), self.storage_offset()};
  advance(self, to.offset, start, to.strides[dim]);
  to.sizes[dim] = ceil_div(end - start, step);
  to.strides[dim] = stride_of_steps(to.strides[dim], step);
  return to;
}

Place on_diagonal(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  Place to{self.impl().sizes(), self.impl().strides(), self.storage_offset()};
  const int64_t rows = to.sizes[dim1] + std::min<int64_t>(offset, 0);
  const int64_t columns = to.sizes[dim2] - std::max<int64_t>(offset, 0);
  const int64_t size = std::max<int64_t>(std::min(rows, columns), 0);
  const int64_t stride = to.strides[dim1] + to.strides[dim2];
  if (size > 0) to.offset += offset >= 0 ? offset * to.strides[dim2] : -offset * to.strides[dim1];
  for (const int64_t dim : {std::max(dim1, dim2), std::min(dim1, dim2)}) {
    to.sizes.erase(dim);
    to.strides.erase(dim);
  }
  to.sizes.push_back(size);
  to.strides.push_back(stride);
  return to;
}

// grad at its place in zeros.
Tensor embedded(const Tensor& grad, const Tensor& zeros, Place place) {
  kernels::copy(
      kernels::window(zeros, std::move(place.sizes), std::move(place.strides), place.offset), grad);
  return zeros;
}

struct SelectBackward {
  static constexpr const char* name = "SelectBackwardBackward0";
  static constexpr Reads reads[] = {kNothing};
  DimVector sizes;
  int64_t dim, index;
  Tensor forward(const Tensor& grad) const {
    const Tensor zeros = kernels::make_zeros(sizes, grad.dtype());
    return embedded(grad, zeros, selected(zeros, dim, index));
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad.select(dim, index); }
};

struct Select {
  static constexpr const char* name = "SelectBackward0";
  static constexpr Reads reads[] = {kNothing};
  int64_t dim, index;
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return apply(SelectBackward{saved.sizes(0), dim, index}, grad);
  }
};

struct SliceBackward {
  static constexpr const char* name = "SliceBackwardBackward0";
  static constexpr Reads reads[] = {kNothing};
  DimVector sizes;
  int64_t dim, start, end, step;
  Tensor forward(const Tensor& grad) const {
    const Tensor zeros = kernels::make_zeros(sizes, grad.dtype());
    return embedded(grad, zeros, sliced(zeros, dim, start, end, step));
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad.slice(dim, start, end, step); }
};

struct Slice {
  static constexpr const char* name = "SliceBackward0";
  static constexpr Reads reads[] = {kNothing};
  int64_t dim, start, end, step;
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return apply(SliceBackward{saved.sizes(0), dim, start, end, step}, grad);
  }
};

struct DiagonalBackward {
  static constexpr const char* name = "DiagonalBackwardBackward0";
  static constexpr Reads reads[] = {kNothing};
  DimVector sizes;
  int64_t offset, dim1, dim2;
  Tensor forward(const Tensor& grad) const {
    const Tensor zeros = kernels::make_zeros(sizes, grad.dtype());
    return embedded(grad, zeros, on_diagonal(zeros, offset, dim1, dim2));
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad.diagonal(offset, dim1, dim2); }
};

struct Diagonal {
  static constexpr const char* name = "DiagonalBackward0";
  static constexpr Reads reads[] = {kNothing};
  int64_t offset, dim1, dim2;
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return apply(DiagonalBackward{saved.sizes(0), offset, dim1, dim2}, grad);
  }
};

// Windows may overlap: each element's gradient is the sum over the windows that show it.
struct UnfoldBackward {
  static constexpr const char* name = "UnfoldBackwardBackward0";
  static constexpr Reads reads[] = {kNothing};
  DimVector sizes;
  int64_t dim, size, step;
  Tensor forward(const Tensor& grad) const {
    return kernels::unfold_backward(grad, sizes, dim, step);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad.unfold(dim, size, step); }
};

struct Unfold {
  static constexpr const char* name = "UnfoldBackward0";
  static constexpr Reads reads[] = {kNothing};
  int64_t dim, size, step;
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return apply(UnfoldBackward{saved.sizes(0), dim, size, step}, grad);
  }
};

template <class Op>
Tensor apply_view_at(Op op, const Tensor& self, Place to) {
  return apply_view(std::move(op), self, std::move(to.sizes), std::move(to.strides), to.offset);
}

}  // namespace

Tensor select(const Tensor& self, int64_t dim, int64_t index) {
  GRADTAPE_CHECK(self.dim() > 0, "select() cannot be applied to a 0-dim tensor.");
  dim = wrap_dim(dim, self.dim(), "select");
  const int64_t size = self.sizes()[dim];
  GRADTAPE_CHECK(index >= -size && index < size, "select(): index ", index,
                 " out of range for tensor of size ", self.sizes(), " at dimension ", dim);
  if (index < 0) index += size;
  return apply_view_at(Select{dim, index}, self, selected(self, dim, index));
}

Tensor slice(const Tensor& self, int64_t dim, std::optional<int64_t> start,
             std::optional<int64_t> end, int64_t step) {
  GRADTAPE_CHECK(self.dim() > 0, "slice() cannot be applied to a 0-dim tensor.");
  dim = wrap_dim(dim, self.dim(), "slice");
  GRADTAPE_CHECK(step > 0, "slice step must be positive; got ", step);
  const int64_t size = self.sizes()[dim];
  int64_t first = start.value_or(0);
  int64_t last = end.value_or(size);
  if (first < 0) first += size;
  if (last < 0) last += size;
  first = std::clamp<int64_t>(first, 0, size);
  last = std::clamp<int64_t>(last, first, size);
  return apply_view_at(Slice{dim, first, last, step}, self, sliced(self, dim, first, last, step));
}

Tensor narrow(const Tensor& self, int64_t dim, int64_t start, int64_t length) {
  GRADTAPE_CHECK(self.dim() > 0, "narrow() cannot be applied to a 0-dim tensor.");
  dim = wrap_dim(dim, self.dim(), "narrow");
  const int64_t size = self.sizes()[dim];
  if (start != size) start = wrap_dim(start, size, "narrow");
  GRADTAPE_CHECK(length >= 0 && start <= size - length, "start (", start, ") + length (", length,
                 ") exceeds dimension size (", size, ").");
  return apply_view_at(Slice{dim, start, start + length, 1}, self,
                       sliced(self, dim, start, start + length, 1));
}

Tensor as_strided(const Tensor& self, IntArrayRef sizes, IntArrayRef strides,
                  std::optional<int64_t> storage_offset) {
  GRADTAPE_CHECK(sizes.size() == strides.size(),
                 "as_strided: mismatch in length of strides and shape; got ", sizes, " and ",
                 strides);
  const int64_t offset = storage_offset.value_or(self.storage_offset());
  GRADTAPE_CHECK(offset >= 0, "as_strided: storage offset must not be negative; got ", offset);
  for (size_t i = 0; i < sizes.size(); ++i) {
    GRADTAPE_CHECK(
        strides[i] >= 0,
        "as_strided: Negative strides are not supported at the moment, got strides: ", strides);
    GRADTAPE_CHECK(strides[i] <= kLargestStride, "as_strided: strides must be at most ",
                   kLargestStride, ", got strides: ", strides);
    GRADTAPE_CHECK(sizes[i] >= 0, "as_strided: sizes must not be negative; got ", sizes);
  }
  const auto itemsize = static_cast<int64_t>(self.itemsize());
  const auto nbytes = static_cast<int64_t>(self.storage()->nbytes());
  checked_mul(offset, itemsize);  // where nothing is read the offset may be anywhere
  const int64_t needed = checked_mul(reach_of(sizes, strides, offset), itemsize);
  GRADTAPE_CHECK(needed <= nbytes, "setStorage: sizes ", sizes, ", strides ", strides,
                 ", storage offset ", offset, ", and itemsize ", itemsize,
                 " requiring a storage size of ", needed, " are out of bounds for storage of size ",
                 nbytes);
  return autograd::as_strided(self, sizes, strides, offset);
}

Tensor diagonal(const Tensor& self, int64_t offset, int64_t dim1, int64_t dim2) {
  const int64_t first = wrap_dim(dim1, self.dim(), "diagonal");
  const int64_t second = wrap_dim(dim2, self.dim(), "diagonal");
  GRADTAPE_CHECK(first != second, "diagonal dimensions cannot be identical ", dim1, ", ", dim2);
  return apply_view_at(Diagonal{offset, first, second}, self,
                       on_diagonal(self, offset, first, second));
}

Tensor unfold(const Tensor& self, int64_t dim, int64_t size, int64_t step) {
  dim = wrap_dim(dim, self.dim(), "unfold");
  const bool is_scalar = self.dim() == 0;
  const int64_t length = is_scalar ? 1 : self.sizes()[dim];
  GRADTAPE_CHECK(size >= 0, "unfold: size must not be negative; got ", size);
  GRADTAPE_CHECK(size <= length, "maximum size for tensor at dimension ", dim, " is ", length,
                 " but size is ", size);
  GRADTAPE_CHECK(step > 0, "step is ", step, " but must be > 0");
  Place to{self.impl().sizes(), self.impl().strides(), self.storage_offset()};
  to.sizes.push_back(size);
  to.strides.push_back(is_scalar ? 1 : self.strides()[dim]);
  if (!is_scalar) {
    to.sizes[dim] = (length - size) / step + 1;
    to.strides[dim] = stride_of_steps(to.strides[dim], step);
  }
  return apply_view_at(Unfold{dim, size, step}, self, std::move(to));
}

Tensor Tensor::select(int64_t dim, int64_t index) const {
  return gradtape::select(*this, dim, index);
}
Tensor Tensor::slice(int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
                     int64_t step) const {
  return gradtape::slice(*this, dim, start, end, step);
}
Tensor Tensor::narrow(int64_t dim, int64_t start, int64_t length) const {
  return gradtape::narrow(*this, dim, start, length);
}
Tensor Tensor::as_strided(IntArrayRef sizes, IntArrayRef strides,
                          std::optional<int64_t> storage_offset) const {
  return gradtape::as_strided(*this, sizes, strides, storage_offset);
}
Tensor Tensor::diagonal(int64_t offset, int64_t dim1, int64_t dim2) const {
  return gradtape::diagonal(*this, offset, dim1, dim2);
}
Tensor Tensor::unfold(int64_t dim, int64_t size, int64_t step) const {
  return gradtape::unfold(*this, dim, size, step);
}

}  // namespace gradtape
