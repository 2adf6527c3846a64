#include "gradtape/ops/linear_algebra.h"

#include <algorithm>

#include "autograd/op_node.h"
#include "core/checked.h"
#include "kernels/gemm/matmul.h"

namespace gradtape {
namespace {

using namespace autograd;

Tensor mm_of(const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b);
Tensor bmm_of(const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b);
Tensor mv_of(const Tensor& a, bool transpose_a, const Tensor& x);

// The gradients of op(a) op(b), op being the transpose where asked, by the product they belong to:
// transposes inside the product need no views on the tape.
template <class Product>
Tensor product_gradient(int i, const Tensor& grad, const Saved& saved, bool ta, bool tb,
                        Product product) {
  if (i == 0) {
    const Tensor b = saved.input(1);
    return ta ? product(b, tb, grad, true) : product(grad, false, b, !tb);
  }
  const Tensor a = saved.input(0);
  return tb ? product(grad, true, a, ta) : product(a, !ta, grad, false);
}

struct Mm {
  bool ta = false, tb = false;

  static constexpr const char* name = "MmBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0};
  Tensor forward(const Tensor& a, const Tensor& b) const { return kernels::mm(a, ta, b, tb); }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    return product_gradient(i, grad, saved, ta, tb, mm_of);
  }
};

struct Bmm {
  bool ta = false, tb = false;

  static constexpr const char* name = "BmmBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0};
  Tensor forward(const Tensor& a, const Tensor& b) const { return kernels::bmm(a, ta, b, tb); }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    return product_gradient(i, grad, saved, ta, tb, bmm_of);
  }
};

struct Mv {
  bool ta = false;

  static constexpr const char* name = "MvBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0};
  Tensor forward(const Tensor& a, const Tensor& x) const { return kernels::mv(a, ta, x); }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    if (i == 1) return mv_of(saved.input(0), !ta, grad);
    const Tensor x = saved.input(1);
    return ta ? outer(x, grad) : outer(grad, x);
  }
};

struct Dot {
  static constexpr const char* name = "DotBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0};
  Tensor forward(const Tensor& a, const Tensor& b) const { return kernels::dot(a, b); }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    return saved.input(1 - i).mul(grad);
  }
};

// A factor of 1 costs nothing.
Tensor scaled(const Tensor& x, const Scalar& factor) {
  return factor.toDouble() == 1 ? x : x.mul(factor);
}

// Input 0 is what the product is added to; it is broadcast, and the engine sums its gradient back.
struct Addmm {
  Scalar beta, alpha;

  static constexpr const char* name = "AddmmBackward0";
  static constexpr Reads reads[] = {kNothing, kInput2, kInput1};
  Tensor forward(const Tensor& c, const Tensor& a, const Tensor& b) const {
    return kernels::addmm(c, a, b, beta, alpha);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    if (i == 0) return scaled(grad, beta);
    if (i == 1) return scaled(mm_of(grad, false, saved.input(2), true), alpha);
    return scaled(mm_of(saved.input(1), true, grad, false), alpha);
  }
};

struct Baddbmm {
  Scalar beta, alpha;

  static constexpr const char* name = "BaddbmmBackward0";
  static constexpr Reads reads[] = {kNothing, kInput2, kInput1};
  Tensor forward(const Tensor& c, const Tensor& a, const Tensor& b) const {
    return kernels::baddbmm(c, a, b, beta, alpha);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    if (i == 0) return scaled(grad, beta);
    if (i == 1) return scaled(bmm_of(grad, false, saved.input(2), true), alpha);
    return scaled(bmm_of(saved.input(1), true, grad, false), alpha);
  }
};

// [*, n] as a matrix.
Tensor as_rows(const Tensor& x) {
  if (x.dim() == 2) return x;
  int64_t rows = 1;
  for (int64_t i = 0; i + 1 < x.dim(); ++i) rows *= x.sizes()[i];
  return x.reshape({rows, x.sizes().back()});
}

// dx = g W; dW = g^T x; the bias's gradient is g, which the engine sums to [out].
void linear_gradients(std::span<Tensor> grads, const Saved& saved, std::span<Tensor> into) {
  const Tensor& grad = grads[0];
  const Tensor rows = saved.needs(0) || saved.needs(1) ? as_rows(grad) : Tensor();
  if (saved.needs(0)) {
    const Tensor dx = mm_of(rows, false, saved.input(1), false);
    into[0] = grad.dim() == 2 ? dx : dx.reshape(saved.sizes(0));
  }
  if (saved.needs(1)) into[1] = mm_of(rows, true, as_rows(saved.input(0)), false);
  if (into.size() > 2 && saved.needs(2)) into[2] = grad;
}

struct Linear {
  static constexpr const char* name = "MmBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0};
  Tensor forward(const Tensor& x, const Tensor& weight) const {
    return kernels::linear(x, weight, {});
  }
  void vjp(std::span<Tensor> grads, const Saved& saved, std::span<Tensor> into) const {
    linear_gradients(grads, saved, into);
  }
};

struct LinearWithBias {
  static constexpr const char* name = "AddmmBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0, kNothing};
  Tensor forward(const Tensor& x, const Tensor& weight, const Tensor& bias) const {
    return kernels::linear(x, weight, bias);
  }
  void vjp(std::span<Tensor> grads, const Saved& saved, std::span<Tensor> into) const {
    linear_gradients(grads, saved, into);
  }
};

Tensor mm_of(const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b) {
  return apply(Mm{transpose_a, transpose_b}, a, b);
}
Tensor bmm_of(const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b) {
  return apply(Bmm{transpose_a, transpose_b}, a, b);
}
Tensor mv_of(const Tensor& a, bool transpose_a, const Tensor& x) {
  return apply(Mv{transpose_a}, a, x);
}

void check_same_dtype(const char* op, const Tensor& a, const Tensor& b) {
  GRADTAPE_CHECK(a.dtype() == b.dtype(), op, ": expected scalar type ", a.dtype(), " but found ",
                 b.dtype(), "; got self ", a.sizes(), ", other ", b.sizes());
}

void check_inner(int64_t rows, int64_t inner, const Tensor& mat2) {
  GRADTAPE_CHECK(inner == mat2.sizes()[0], "mat1 and mat2 shapes cannot be multiplied (", rows, "x",
                 inner, " and ", mat2.sizes()[0], "x", mat2.sizes()[1], ")");
}

void check_batches(const Tensor& a, const Tensor& b) {
  GRADTAPE_CHECK(a.dim() == 3, "batch1 must be a 3D tensor; got batch1 ", a.sizes(), ", batch2 ",
                 b.sizes());
  GRADTAPE_CHECK(b.dim() == 3, "batch2 must be a 3D tensor; got batch1 ", a.sizes(), ", batch2 ",
                 b.sizes());
  GRADTAPE_CHECK(b.sizes()[0] == a.sizes()[0] && b.sizes()[1] == a.sizes()[2],
                 "Expected size for first two dimensions of batch2 tensor to be: [", a.sizes()[0],
                 ", ", a.sizes()[2], "] but got: [", b.sizes()[0], ", ", b.sizes()[1], "].");
}

// What addmm adds to must broadcast to the product's shape.
void check_expandable(const Tensor& self, const DimVector& target) {
  GRADTAPE_CHECK(self.sizes().size() <= target.size(), "expand: the number of sizes provided (",
                 target.size(), ") must be greater or equal to the number of dimensions in the ",
                 "tensor (", self.dim(), "); got self ", self.sizes(), ", product ", target);
  const size_t lead = target.size() - self.sizes().size();
  for (size_t i = 0; i < self.sizes().size(); ++i) {
    GRADTAPE_CHECK(self.sizes()[i] == 1 || self.sizes()[i] == target[lead + i],
                   "The expanded size of the tensor (", target[lead + i],
                   ") must match the existing size (", self.sizes()[i],
                   ") at non-singleton dimension ", lead + i, ".  Target sizes: ", target,
                   ".  Tensor sizes: ", self.sizes());
  }
}

// The batch axes of two operands of matmul, broadcast against each other.
DimVector broadcast_batch(const Tensor& a, const Tensor& b) {
  const size_t a_rank = a.sizes().size() - 2, b_rank = b.sizes().size() - 2;
  const size_t rank = std::max(a_rank, b_rank);
  DimVector batch(rank, 1);
  for (size_t i = 0; i < rank; ++i) {
    const int64_t left = i + a_rank < rank ? 1 : a.sizes()[i + a_rank - rank];
    const int64_t right = i + b_rank < rank ? 1 : b.sizes()[i + b_rank - rank];
    GRADTAPE_CHECK(left == right || left == 1 || right == 1, "The size of tensor a (", left,
                   ") must match the size of tensor b (", right, ") at non-singleton dimension ", i,
                   "; matmul got self ", a.sizes(), ", other ", b.sizes());
    batch[i] = left == 1 ? right : left;
  }
  return batch;
}

// [*, n, k] broadcast to these batch axes and folded to [b, n, k].
Tensor as_batch(const Tensor& x, const DimVector& batch, int64_t count) {
  const int64_t n = x.sizes()[x.dim() - 2], k = x.sizes()[x.dim() - 1];
  DimVector sizes = batch;
  sizes.push_back(n);
  sizes.push_back(k);
  const Tensor expanded = x.sizes().equals(sizes) ? x : x.expand(sizes);
  return expanded.dim() == 3 ? expanded : expanded.reshape({count, n, k});
}

Tensor batched_matmul(const Tensor& a, const Tensor& b) {
  check_same_dtype("matmul", a, b);
  const DimVector batch = broadcast_batch(a, b);
  const int64_t n = a.sizes()[a.dim() - 2], k = a.sizes()[a.dim() - 1];
  const int64_t m = b.sizes()[b.dim() - 1];
  int64_t count = 1;
  for (const int64_t size : batch) count = checked_mul(count, size);
  GRADTAPE_CHECK(b.sizes()[b.dim() - 2] == k,
                 "Expected size for first two dimensions of batch2 tensor to be: [", count, ", ", k,
                 "] but got: [", count, ", ", b.sizes()[b.dim() - 2], "].; matmul got self ",
                 a.sizes(), ", other ", b.sizes());
  const Tensor product = bmm_of(as_batch(a, batch, count), false, as_batch(b, batch, count), false);
  DimVector sizes = batch;
  sizes.push_back(n);
  sizes.push_back(m);
  return sizes.size() == 3 ? product : product.view(sizes);
}

}  // namespace

Tensor mm(const Tensor& self, const Tensor& mat2) {
  GRADTAPE_CHECK(self.dim() == 2, "self must be a matrix; mm got self ", self.sizes(), ", mat2 ",
                 mat2.sizes());
  GRADTAPE_CHECK(mat2.dim() == 2, "mat2 must be a matrix; mm got self ", self.sizes(), ", mat2 ",
                 mat2.sizes());
  check_inner(self.sizes()[0], self.sizes()[1], mat2);
  check_same_dtype("mm", self, mat2);
  return mm_of(self, false, mat2, false);
}

Tensor bmm(const Tensor& self, const Tensor& mat2) {
  check_batches(self, mat2);
  check_same_dtype("bmm", self, mat2);
  return bmm_of(self, false, mat2, false);
}

Tensor mv(const Tensor& self, const Tensor& vec) {
  GRADTAPE_CHECK(self.dim() == 2 && vec.dim() == 1, "mv: a matrix and a vector expected, got ",
                 self.dim(), "D and ", vec.dim(), "D tensors; got self ", self.sizes(), ", vec ",
                 vec.sizes());
  GRADTAPE_CHECK(self.sizes()[1] == vec.sizes()[0], "size mismatch, got ", self.sizes()[0], ", ",
                 self.sizes()[0], "x", self.sizes()[1], ",", vec.sizes()[0]);
  check_same_dtype("mv", self, vec);
  return mv_of(self, false, vec);
}

Tensor dot(const Tensor& self, const Tensor& tensor) {
  GRADTAPE_CHECK(self.dim() == 1 && tensor.dim() == 1, "1D tensors expected, but got ", self.dim(),
                 "D and ", tensor.dim(), "D tensors; dot got self ", self.sizes(), ", tensor ",
                 tensor.sizes());
  GRADTAPE_CHECK(self.dtype() == tensor.dtype(),
                 "dot : expected both vectors to have same dtype, but found ", self.dtype(),
                 " and ", tensor.dtype());
  GRADTAPE_CHECK(self.numel() == tensor.numel(), "inconsistent tensor size, expected tensor ",
                 self.sizes(), " and src ", tensor.sizes(),
                 " to have the same number of elements, but got ", self.numel(), " and ",
                 tensor.numel(), " elements respectively");
  return apply(Dot{}, self, tensor);
}

Tensor outer(const Tensor& self, const Tensor& vec2) {
  GRADTAPE_CHECK(self.dim() == 1, "outer: Expected 1-D argument self, but got ", self.dim(),
                 "-D; got self ", self.sizes());
  GRADTAPE_CHECK(vec2.dim() == 1, "outer: Expected 1-D argument vec2, but got ", vec2.dim(),
                 "-D; got vec2 ", vec2.sizes());
  return self.unsqueeze(1).mul(vec2);
}

Tensor addmm(const Tensor& self, const Tensor& mat1, const Tensor& mat2, const Scalar& beta,
             const Scalar& alpha) {
  GRADTAPE_CHECK(mat1.dim() == 2 && mat2.dim() == 2,
                 "addmm: mat1 and mat2 must be matrices; got mat1 ", mat1.sizes(), ", mat2 ",
                 mat2.sizes());
  check_inner(mat1.sizes()[0], mat1.sizes()[1], mat2);
  check_expandable(self, {mat1.sizes()[0], mat2.sizes()[1]});
  check_same_dtype("addmm", mat1, mat2);
  GRADTAPE_CHECK(self.dtype() == mat2.dtype(), "self and mat2 must have the same dtype; addmm got ",
                 self.dtype(), " and ", mat2.dtype());
  return apply(Addmm{beta, alpha}, self, mat1, mat2);
}

Tensor baddbmm(const Tensor& self, const Tensor& batch1, const Tensor& batch2, const Scalar& beta,
               const Scalar& alpha) {
  check_batches(batch1, batch2);
  check_expandable(self, {batch1.sizes()[0], batch1.sizes()[1], batch2.sizes()[2]});
  check_same_dtype("baddbmm", batch1, batch2);
  check_same_dtype("baddbmm", self, batch1);
  return apply(Baddbmm{beta, alpha}, self, batch1, batch2);
}

Tensor matmul(const Tensor& self, const Tensor& other) {
  const int64_t a = self.dim(), b = other.dim();
  GRADTAPE_CHECK(a > 0 && b > 0, "both arguments to matmul need to be at least 1D, but they are ",
                 a, "D and ", b, "D");
  if (a == 1 && b == 1) return dot(self, other);
  if (a == 2 && b == 1) return mv(self, other);
  if (a == 2 && b == 2) return mm(self, other);
  if (a == 1 && b == 2) {
    check_inner(1, self.sizes()[0], other);
    check_same_dtype("matmul", self, other);
    return mv_of(other, true, self);
  }
  if (b <= 2) {
    // One product over all leading axes.
    DimVector sizes(self.sizes());
    sizes.erase(a - 1);
    if (b == 2) sizes.push_back(other.sizes()[1]);
    const Tensor rows = as_rows(self);
    return (b == 2 ? mm(rows, other) : mv(rows, other)).view(sizes);
  }
  if (a == 1) return batched_matmul(self.unsqueeze(0), other).squeeze(-2);
  return batched_matmul(self, other);
}

Tensor linear(const Tensor& input, const Tensor& weight, const Tensor& bias) {
  GRADTAPE_CHECK(input.dim() > 0 && weight.dim() > 0,
                 "both arguments to linear need to be at least 1D, but they are ", input.dim(),
                 "D and ", weight.dim(), "D");
  if (weight.dim() == 1) {
    const Tensor product = matmul(input, weight);
    return bias.defined() ? product.add(bias) : product;
  }
  GRADTAPE_CHECK(weight.dim() == 2, "linear: weight must be 2-D; got weight ", weight.sizes());
  const int64_t in = input.sizes().back();
  if (in != weight.sizes()[1]) [[unlikely]] {
    detail::fail("mat1 and mat2 shapes cannot be multiplied (", in ? input.numel() / in : 0, "x",
                 in, " and ", weight.sizes()[1], "x", weight.sizes()[0], ")");
  }
  GRADTAPE_CHECK(input.dtype() == weight.dtype(),
                 "mat1 and mat2 must have the same dtype; linear got input ", input.dtype(),
                 ", weight ", weight.dtype());
  if (!bias.defined()) return apply(Linear{}, input, weight);
  if (bias.dim() != 1 || bias.sizes()[0] != weight.sizes()[0]) [[unlikely]] {
    // Whatever else may be added to the rows of outputs.
    DimVector sizes = input.impl().sizes();
    sizes.back() = weight.sizes()[0];
    return addmm(bias, as_rows(input), weight.t()).reshape(sizes);
  }
  GRADTAPE_CHECK(bias.dtype() == weight.dtype(), "linear: bias must be of weight's dtype (",
                 weight.dtype(), "); got bias ", bias.dtype());
  return apply(LinearWithBias{}, input, weight, bias);
}

Tensor Tensor::matmul(const Tensor& other) const { return gradtape::matmul(*this, other); }
Tensor Tensor::mm(const Tensor& other) const { return gradtape::mm(*this, other); }
Tensor Tensor::bmm(const Tensor& other) const { return gradtape::bmm(*this, other); }
Tensor Tensor::mv(const Tensor& vector) const { return gradtape::mv(*this, vector); }
Tensor Tensor::dot(const Tensor& other) const { return gradtape::dot(*this, other); }
Tensor Tensor::outer(const Tensor& other) const { return gradtape::outer(*this, other); }
Tensor Tensor::addmm(const Tensor& a, const Tensor& b, const Scalar& beta,
                     const Scalar& alpha) const {
  return gradtape::addmm(*this, a, b, beta, alpha);
}

}  // namespace gradtape
