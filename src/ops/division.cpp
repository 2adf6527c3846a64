#include "autograd/op_node.h"
#include "kernels/elementwise/elementwise.h"

#include "gradtape/ops/arithmetic.h"
#include "gradtape/ops/factory.h"

namespace gradtape {

using namespace autograd;

namespace {

enum class Rounding { Floor, Trunc };

Rounding parse_rounding(std::string_view mode) {
  GRADTAPE_CHECK(mode == "trunc" || mode == "floor",
                 "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '",
                 mode, "'");
  return mode == "floor" ? Rounding::Floor : Rounding::Trunc;
}

// A step function: its gradient is zero.
struct DivRounded {
  static constexpr const char* name = "DivBackward2";
  static constexpr Reads reads[] = {kNothing, kNothing};
  Rounding rounding;

  Tensor forward(const Tensor& self, const Tensor& other, const Tensor& out = {}) const {
    const bool floor = rounding == Rounding::Floor;
    return kernels::binary(floor ? kernels::kDivFloor : kernels::kDivTrunc, self, other, out);
  }
  Tensor vjp(int, const Tensor& grad, const Saved&) const { return zeros_like(grad); }
};

struct DivRoundedScalar {
  static constexpr const char* name = "DivBackward3";
  static constexpr Reads reads[] = {kNothing};
  Scalar other;
  Rounding rounding;

  Tensor forward(const Tensor& self, const Tensor& out = {}) const {
    const bool floor = rounding == Rounding::Floor;
    return kernels::binary(floor ? kernels::kDivFloor : kernels::kDivTrunc, self, other, out);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return zeros_like(grad); }
};

// As in PyTorch, it is part of the graph but has no gradient.
struct FloorDivide {
  static constexpr const char* name = "NotImplemented";
  static constexpr Reads reads[] = {kNothing, kNothing};

  Tensor forward(const Tensor& self, const Tensor& other) const {
    return kernels::binary(kernels::kDivFloor, self, other);
  }
  Tensor vjp(int, const Tensor&, const Saved&) const {
    detail::fail("derivative for aten::floor_divide is not implemented");
  }
};

struct FloorDivideScalar {
  static constexpr const char* name = "NotImplemented";
  static constexpr Reads reads[] = {kNothing};
  Scalar other;

  Tensor forward(const Tensor& self) const {
    return kernels::binary(kernels::kDivFloor, self, other);
  }
  Tensor vjp(const Tensor&, const Saved&) const {
    detail::fail("derivative for aten::floor_divide is not implemented");
  }
};

// self - other * floor(self / other)
struct Remainder {
  static constexpr const char* name = "RemainderBackward1";
  static constexpr Reads reads[] = {kNothing, kInput0 | kInput1};

  Tensor forward(const Tensor& self, const Tensor& other) const {
    return kernels::binary(kernels::kRemainder, self, other);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    return i == 0 ? grad : neg(grad) * div(saved.input(0), saved.input(1), "floor");
  }
};

struct RemainderScalar {
  static constexpr const char* name = "RemainderBackward0";
  static constexpr Reads reads[] = {kNothing};
  Scalar other;

  Tensor forward(const Tensor& self) const {
    return kernels::binary(kernels::kRemainder, self, other);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad; }
};

// self - other * trunc(self / other)
struct Fmod {
  static constexpr const char* name = "FmodBackward1";
  static constexpr Reads reads[] = {kNothing, kInput0 | kInput1};

  Tensor forward(const Tensor& self, const Tensor& other) const {
    return kernels::binary(kernels::kFmod, self, other);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    return i == 0 ? grad : neg(grad) * div(saved.input(0), saved.input(1), "trunc");
  }
};

struct FmodScalar {
  static constexpr const char* name = "FmodBackward0";
  static constexpr Reads reads[] = {kNothing};
  Scalar other;

  Tensor forward(const Tensor& self) const { return kernels::binary(kernels::kFmod, self, other); }
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad; }
};

}  // namespace

Tensor div(const Tensor& self, const Tensor& other, std::optional<std::string_view> rounding_mode) {
  if (!rounding_mode) return div(self, other);
  return apply(DivRounded{parse_rounding(*rounding_mode)}, self, other);
}
Tensor div(const Tensor& self, const Scalar& other, std::optional<std::string_view> rounding_mode) {
  if (!rounding_mode) return div(self, other);
  return apply(DivRoundedScalar{other, parse_rounding(*rounding_mode)}, self);
}
Tensor floor_divide(const Tensor& self, const Tensor& other) {
  return apply(FloorDivide{}, self, other);
}
Tensor floor_divide(const Tensor& self, const Scalar& other) {
  return apply(FloorDivideScalar{other}, self);
}
Tensor remainder(const Tensor& self, const Tensor& other) {
  return apply(Remainder{}, self, other);
}
Tensor remainder(const Tensor& self, const Scalar& other) {
  return apply(RemainderScalar{other}, self);
}
Tensor remainder(const Scalar& self, const Tensor& other) {
  Tensor number = full({}, self, self.type());
  number.impl().set_wrapped_number(true);  // it takes part in type promotion as a number
  return remainder(number, other);
}
Tensor fmod(const Tensor& self, const Tensor& other) { return apply(Fmod{}, self, other); }
Tensor fmod(const Tensor& self, const Scalar& other) { return apply(FmodScalar{other}, self); }

Tensor Tensor::div(const Tensor& other, std::optional<std::string_view> rounding_mode) const {
  return gradtape::div(*this, other, rounding_mode);
}
Tensor Tensor::div(const Scalar& other, std::optional<std::string_view> rounding_mode) const {
  return gradtape::div(*this, other, rounding_mode);
}
Tensor Tensor::floor_divide(const Tensor& other) const {
  return gradtape::floor_divide(*this, other);
}
Tensor Tensor::floor_divide(const Scalar& other) const {
  return gradtape::floor_divide(*this, other);
}
Tensor Tensor::remainder(const Tensor& other) const { return gradtape::remainder(*this, other); }
Tensor Tensor::remainder(const Scalar& other) const { return gradtape::remainder(*this, other); }

}  // namespace gradtape
