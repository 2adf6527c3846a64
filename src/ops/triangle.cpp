#include "autograd/op_node.h"
#include "core/checked.h"
#include "kernels/base/array.h"
#include "kernels/indexing/mask.h"

#include "gradtape/ops/indexing.h"
#include "gradtape/ops/view.h"

// Parts of matrices, and one-hot vectors.
namespace gradtape {
namespace {

using namespace autograd;

struct Tril {
  static constexpr const char* name = "TrilBackward0";
  static constexpr Reads reads[] = {kNothing};
  int64_t diagonal;
  Tensor forward(const Tensor& self) const {
    return kernels::triangle(self, diagonal, /*lower=*/true);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return tril(grad, diagonal); }
};

struct Triu {
  static constexpr const char* name = "TriuBackward0";
  static constexpr Reads reads[] = {kNothing};
  int64_t diagonal;
  Tensor forward(const Tensor& self) const {
    return kernels::triangle(self, diagonal, /*lower=*/false);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return triu(grad, diagonal); }
};

// The window that the diagonal of a matrix is.
Tensor diagonal_window(const Tensor& matrix, int64_t diagonal) {
  const NoGradGuard no_grad;
  return matrix.diagonal(diagonal);
}

struct DiagTake;

// A vector on a diagonal of a matrix of zeros.
struct DiagPut {
  static constexpr const char* name = "DiagBackward0";
  static constexpr Reads reads[] = {kNothing};
  DimVector sizes;
  int64_t diagonal;
  Tensor forward(const Tensor& self) const {
    Tensor result = kernels::make_zeros(sizes, self.dtype());
    kernels::copy(diagonal_window(result, diagonal), self);
    return result;
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return diag(grad, diagonal); }
};

struct DiagTake {
  static constexpr const char* name = "DiagBackward0";
  static constexpr Reads reads[] = {kNothing};
  int64_t diagonal;
  Tensor forward(const Tensor& self) const { return copy_of(diagonal_window(self, diagonal)); }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return apply(DiagPut{saved.sizes(0), diagonal}, grad);
  }
};

void check_matrix(const char* op, const Tensor& self) {
  GRADTAPE_CHECK(self.dim() >= 2, op, ": input must have at least 2 dimensions; got self ",
                 self.sizes());
}

}  // namespace

Tensor tril(const Tensor& self, int64_t diagonal) {
  check_matrix("tril", self);
  return apply(Tril{diagonal}, self);
}

Tensor triu(const Tensor& self, int64_t diagonal) {
  check_matrix("triu", self);
  return apply(Triu{diagonal}, self);
}

Tensor diag(const Tensor& self, int64_t diagonal) {
  GRADTAPE_CHECK(self.dim() == 1 || self.dim() == 2, "diag: matrix or a vector expected; got self ",
                 self.sizes());
  if (self.dim() == 1) {
    const int64_t size =
        diagonal < 0 ? checked_sub(self.numel(), diagonal) : checked_add(self.numel(), diagonal);
    return apply(DiagPut{{size, size}, diagonal}, self);
  }
  return apply(DiagTake{diagonal}, self);
}

Tensor one_hot(const Tensor& self, int64_t num_classes) {
  GRADTAPE_CHECK(self.dtype() == kInt64, "one_hot is only applicable to index tensor; got ",
                 self.dtype());
  GRADTAPE_CHECK(self.numel() > 0 || num_classes > 0,
                 "Can not infer total number of classes from empty tensor.");
  const Tensor classes = kernels::dense(self);
  const auto* data = reinterpret_cast<const int64_t*>(classes.impl().data());
  int64_t largest = -1;
  for (int64_t i = 0; i < classes.numel(); ++i) {
    GRADTAPE_CHECK(data[i] >= 0, "Class values must be non-negative; got ", data[i]);
    largest = std::max(largest, data[i]);
  }
  if (num_classes == -1) num_classes = checked_add(largest, 1);
  GRADTAPE_CHECK(largest < num_classes, "Class values must be smaller than num_classes (",
                 num_classes, "); got ", largest);
  DimVector sizes = self.impl().sizes();
  sizes.push_back(num_classes);
  Tensor result = kernels::make_zeros(std::move(sizes), kInt64);
  auto* to = reinterpret_cast<int64_t*>(result.impl().data());
  for (int64_t i = 0; i < classes.numel(); ++i) to[i * num_classes + data[i]] = 1;
  return result;
}

Tensor take(const Tensor& self, const Tensor& index) {
  GRADTAPE_CHECK(index.dtype() == kInt64, "take(): Expected a long tensor for index, but got ",
                 index.dtype());
  const Tensor numbers = kernels::dense(index);
  const auto* data = reinterpret_cast<const int64_t*>(numbers.impl().data());
  for (int64_t i = 0; i < numbers.numel(); ++i) {
    GRADTAPE_CHECK(data[i] >= -self.numel() && data[i] < self.numel(),
                   "out of range: tried to access index ", data[i], " on a tensor of ",
                   self.numel(), " elements.");
  }
  return gradtape::index(self.reshape({-1}), {index.reshape({-1})}).reshape(index.sizes());
}

Tensor Tensor::tril(int64_t diagonal) const { return gradtape::tril(*this, diagonal); }
Tensor Tensor::triu(int64_t diagonal) const { return gradtape::triu(*this, diagonal); }
Tensor Tensor::diag(int64_t diagonal) const { return gradtape::diag(*this, diagonal); }

}  // namespace gradtape
