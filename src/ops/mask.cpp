#include "kernels/indexing/mask.h"

#include "autograd/op_node.h"
#include "kernels/base/promotion.h"
#include "kernels/elementwise/elementwise.h"

#include "gradtape/ops/factory.h"
#include "gradtape/ops/indexing.h"

// Elements chosen by a condition.
namespace gradtape {
namespace {

using namespace autograd;

DimVector joined(const Tensor& a, const Tensor& b) {
  return kernels::broadcast_sizes(a.impl().sizes(), b.impl().sizes());
}

// self with value (0-d, of self's dtype) where mask is true.
Tensor filled(const Tensor& self, const Tensor& mask, const Tensor& value, const Tensor& out) {
  const DimVector sizes = joined(self, mask);
  const TensorBase& read = mask;
  const TensorBase condition =
      out.defined() ? kernels::out_of_reach(read, out, /*in_step=*/true) : read;
  // As PyTorch's the result is row-major.
  const Tensor result = out.defined() ? out : Tensor(kernels::make_array(sizes, self.dtype()));
  return kernels::where(kernels::dense(condition, kBool), value, self, sizes, result);
}

// value as one element of dtype. Throws: Error if it does not fit.
Tensor element(const Scalar& value, ScalarType dtype) {
  const Tensor result = kernels::make_array({}, dtype);
  kernels::fill(result, value);
  return result;
}

struct MaskedFill {
  static constexpr const char* name = "MaskedFillBackward0";
  static constexpr Writes writes = Writes::Masked;
  static constexpr Reads reads[] = {kInput1, kNothing};
  Scalar value;
  Tensor forward(const Tensor& self, const Tensor& mask, const Tensor& out = {}) const {
    return filled(self, mask, element(value, self.dtype()), out);
  }
  Tensor vjp(int, const Tensor& grad, const Saved& saved) const {
    return masked_fill(grad, saved.input(1), 0);
  }
};

// Inputs self, mask, value (0-d).
struct MaskedFillTensor {
  static constexpr const char* name = "MaskedFillBackward1";
  static constexpr Writes writes = Writes::Masked;
  static constexpr Reads reads[] = {kInput1, kNothing, kInput1};
  Tensor forward(const Tensor& self, const Tensor& mask, const Tensor& value,
                 const Tensor& out = {}) const {
    return filled(self, mask, kernels::dense(value, self.dtype()), out);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    const Tensor mask = saved.input(1).to(kBool);
    return i == 0 ? masked_fill(grad, mask, 0) : where(mask, grad, 0).sum();
  }
};

struct MaskedSelectBackward {
  static constexpr const char* name = "MaskedSelectBackwardBackward0";
  static constexpr Reads reads[] = {kInput1, kNothing};
  DimVector sizes;
  Tensor forward(const Tensor& grad, const Tensor& mask) const {
    return kernels::masked_place(grad, kernels::broadcast(kernels::dense(mask, kBool), sizes));
  }
  Tensor vjp(int, const Tensor& grad, const Saved& saved) const {
    return masked_select(grad, saved.input(1));
  }
};

struct MaskedSelect {
  static constexpr const char* name = "MaskedSelectBackward0";
  static constexpr Reads reads[] = {kInput1, kNothing};
  Tensor forward(const Tensor& self, const Tensor& mask) const {
    const DimVector sizes = joined(self, mask);
    return kernels::masked_select(kernels::broadcast(self, sizes),
                                  kernels::broadcast(kernels::dense(mask, kBool), sizes));
  }
  Tensor vjp(int, const Tensor& grad, const Saved& saved) const {
    const Tensor mask = saved.input(1);
    DimVector sizes = kernels::broadcast_sizes(saved.sizes(0), mask.impl().sizes());
    return apply(MaskedSelectBackward{std::move(sizes)}, grad, mask);
  }
};

// Inputs condition, a, b.
struct Where {
  static constexpr const char* name = "WhereBackward0";
  static constexpr Reads reads[] = {kNothing, kInput0, kInput0};
  ScalarType dtype;
  Tensor forward(const Tensor& condition, const Tensor& a, const Tensor& b) const {
    const DimVector sizes = kernels::broadcast_sizes(joined(a, b), condition.impl().sizes());
    return kernels::where(converted(condition, kBool), converted(a, dtype), converted(b, dtype),
                          sizes);
  }
  static TensorBase converted(const TensorBase& array, ScalarType dtype) {
    return array.dtype() == dtype ? array : kernels::dense(array, dtype);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    const Tensor condition = saved.input(0);
    return i == 1 ? where(condition, grad, 0) : where(condition, 0, grad);
  }
};

void check_condition(const Tensor& condition) {
  GRADTAPE_CHECK(condition.dtype() == kBool || condition.dtype() == kUInt8,
                 "where expected condition to be a boolean tensor, but got a tensor with dtype ",
                 condition.dtype());
}

void check_fill_mask(const Tensor& mask) {
  GRADTAPE_CHECK(mask.dtype() == kBool || mask.dtype() == kUInt8,
                 "masked_fill_ only supports boolean masks, but got mask with dtype ",
                 mask.dtype().name());
}

void check_masked_fill(const Tensor& self, const Tensor& mask) {
  check_fill_mask(mask);
  const DimVector sizes = joined(self, mask);
  GRADTAPE_CHECK(self.sizes().equals(sizes), "masked_fill_: output with shape ", self.sizes(),
                 " doesn't match the broadcast shape ", sizes);
}

void check_fill_value(const Tensor& value) {
  GRADTAPE_CHECK(value.dim() == 0,
                 "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with ",
                 value.dim(), " dimension(s).");
}

}  // namespace

Tensor masked_fill(const Tensor& self, const Tensor& mask, const Scalar& value) {
  check_fill_mask(mask);
  return apply(MaskedFill{value}, self, mask);
}
Tensor masked_fill(const Tensor& self, const Tensor& mask, const Tensor& value) {
  check_fill_mask(mask);
  check_fill_value(value);
  return apply(MaskedFillTensor{}, self, mask, value);
}

Tensor masked_select(const Tensor& self, const Tensor& mask) {
  GRADTAPE_CHECK(mask.dtype() == kBool || mask.dtype() == kUInt8,
                 "masked_select: expected BoolTensor or ByteTensor for mask; got ", mask.dtype());
  return apply(MaskedSelect{}, self, mask);
}

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  check_condition(condition);
  kernels::PromotedType type;
  type.include(a);
  type.include(b);
  return apply(Where{type.get()}, condition, a, b);
}
Tensor where(const Tensor& condition, const Scalar& a, const Tensor& b) {
  check_condition(condition);
  kernels::PromotedType type;
  type.include(a);
  type.include(b);
  return apply(Where{type.get()}, condition, element(a, type.get()), b);
}
Tensor where(const Tensor& condition, const Tensor& a, const Scalar& b) {
  check_condition(condition);
  kernels::PromotedType type;
  type.include(a);
  type.include(b);
  return apply(Where{type.get()}, condition, a, element(b, type.get()));
}
Tensor where(const Tensor& condition, const Scalar& a, const Scalar& b) {
  check_condition(condition);
  kernels::PromotedType type;
  type.include(a);
  type.include(b);
  return apply(Where{type.get()}, condition, element(a, type.get()), element(b, type.get()));
}
std::vector<Tensor> where(const Tensor& condition) {
  const Tensor self = condition.dim() == 0 ? condition.reshape({1}) : condition;
  return nonzero(self).unbind(1);
}

Tensor nonzero(const Tensor& self) { return kernels::nonzero(self); }

Tensor Tensor::masked_fill(const Tensor& mask, const Scalar& value) const {
  return gradtape::masked_fill(*this, mask, value);
}
Tensor Tensor::masked_fill(const Tensor& mask, const Tensor& value) const {
  return gradtape::masked_fill(*this, mask, value);
}
Tensor& Tensor::masked_fill_(const Tensor& mask, const Scalar& value) const {
  check_masked_fill(*this, mask);
  element(value, dtype());
  return apply_inplace(MaskedFill{value}, *this, mask);
}
Tensor& Tensor::masked_fill_(const Tensor& mask, const Tensor& value) const {
  check_masked_fill(*this, mask);
  check_fill_value(value);
  return apply_inplace(MaskedFillTensor{}, *this, mask, value);
}
Tensor Tensor::masked_select(const Tensor& mask) const {
  return gradtape::masked_select(*this, mask);
}
Tensor Tensor::where(const Tensor& condition, const Tensor& other) const {
  return gradtape::where(condition, *this, other);
}
Tensor Tensor::nonzero() const { return gradtape::nonzero(*this); }

}  // namespace gradtape
