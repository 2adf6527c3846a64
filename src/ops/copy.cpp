#include "gradtape/ops/copy.h"

#include "autograd/op_node.h"
#include "kernels/elementwise/elementwise.h"

#include "gradtape/ops/factory.h"

namespace gradtape {

using namespace autograd;

namespace {

// A copy in another dtype or in fresh memory.
struct ToCopy {
  static constexpr const char* name = "ToCopyBackward0";
  static constexpr Reads reads[] = {kNothing};
  ScalarType dtype;

  Tensor forward(const Tensor& self) const { return kernels::copied(self, dtype); }
  Tensor vjp(const Tensor& grad, const Saved& saved) const { return grad.to(saved.dtype(0)); }
};

struct Clone {
  static constexpr const char* name = "CloneBackward0";
  static constexpr Reads reads[] = {kNothing};

  Tensor forward(const Tensor& self) const { return kernels::copied(self, self.dtype()); }
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad; }
};

// A copy in row-major order; it is recorded as a clone.
struct Contiguous : Clone {
  Tensor forward(const Tensor& self) const { return kernels::dense(self); }
};

// self[...] = source: nothing of self remains.
struct Copy {
  static constexpr const char* name = "CopyBackwards";
  static constexpr Reads reads[] = {kNothing, kNothing};

  Tensor forward(const Tensor& self, const Tensor& source, const Tensor&) const {
    const TensorImpl& to = self.impl();
    const TensorImpl& from = source.impl();
    const DimVector sizes = kernels::broadcast_sizes(to.sizes(), from.sizes());
    GRADTAPE_CHECK(sizes == to.sizes(), "output with shape ", to.sizes(),
                   " doesn't match the broadcast shape ", sizes);
    if (self.is_same(source)) return self;
    kernels::copy(self, kernels::out_of_reach(source, self, /*in_step=*/true));
    return self;
  }
  Tensor vjp(int i, const Tensor& grad, const Saved&) const {
    return i == 0 ? zeros_like(grad) : grad;
  }
};

struct FillScalar {
  static constexpr const char* name = "FillBackward2";
  static constexpr Writes writes = Writes::OneValue;
  static constexpr Reads reads[] = {kNothing};
  Scalar value;

  Tensor forward(const Tensor& self, const Tensor&) const {
    kernels::fill(self, value);
    return self;
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return zeros_like(grad); }
};

struct Zero : FillScalar {
  static constexpr const char* name = "ZeroBackward0";
};

struct FillTensor {
  static constexpr const char* name = "FillBackward3";
  static constexpr Writes writes = Writes::OneValue;
  static constexpr Reads reads[] = {kNothing, kNothing};

  Tensor forward(const Tensor& self, const Tensor& value, const Tensor&) const {
    kernels::fill(self, value.item());
    return self;
  }
  Tensor vjp(int i, const Tensor& grad, const Saved&) const {
    return i == 0 ? zeros_like(grad) : grad.sum();
  }
};

}  // namespace

Tensor clone(const Tensor& self) { return apply(Clone{}, self); }
Tensor fill(const Tensor& self, const Scalar& value) { return self.clone().fill_(value); }

Tensor Tensor::clone() const { return gradtape::clone(*this); }
Tensor Tensor::contiguous() const {
  return is_contiguous() ? *this : autograd::apply(Contiguous{}, *this);
}
Tensor& Tensor::copy_(const Tensor& source, bool) const {
  return apply_inplace(Copy{}, *this, source);
}
Tensor& Tensor::fill_(const Scalar& value) const { return apply_inplace(FillScalar{value}, *this); }
Tensor& Tensor::fill_(const Tensor& value) const {
  GRADTAPE_CHECK(value.dim() == 0,
                 "fill_ only supports 0-dimension value tensor but got tensor with ", value.dim(),
                 " dimensions.");
  return apply_inplace(FillTensor{}, *this, value);
}
Tensor& Tensor::zero_() const { return apply_inplace(Zero{{0}}, *this); }

Tensor Tensor::to(ScalarType dtype, bool, bool copy) const {
  if (dtype == this->dtype() && !copy) return *this;
  return autograd::apply(ToCopy{dtype}, *this);
}
Tensor Tensor::to(const TensorOptions& options, bool non_blocking, bool copy) const {
  GRADTAPE_CHECK(!options.requires_grad(),
                 "Operators taking TensorOptions cannot take a TensorOptions with "
                 "options.requires_grad set as true. This isn't implemented yet.");
  return to(options.has_dtype() ? options.dtype() : dtype(), non_blocking, copy);
}
Tensor Tensor::to(Device, ScalarType dtype, bool non_blocking, bool copy) const {
  return to(dtype, non_blocking, copy);
}

Scalar Tensor::item() const {
  GRADTAPE_CHECK(numel() == 1, "a Tensor with ", numel(),
                 " elements cannot be converted to Scalar; got self ", sizes());
  return visit_dtype(dtype(), [&]<class T>(TypeTag<T>) -> Scalar {
    return *reinterpret_cast<const T*>(impl().data());
  });
}

}  // namespace gradtape
