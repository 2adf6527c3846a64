#pragma once

#include <array>
#include <span>

#include "kernels/base/array.h"

#include "gradtape/core/scalar.h"

// Elementwise kernels: broadcasting, type promotion, strides, threads and the rules for a given
// output are handled once, by the driver; a kernel itself only knows runs of elements.
namespace gradtape::kernels {

// out[i] = f(in[0][i], in[1][i], ...) for n elements that lie side by side. An input whose bit is
// set in fixed has one element, which stands for all (kernels of one or two inputs only).
using Run = void (*)(int64_t n, void* out, const void* const* in, unsigned fixed,
                     const Scalar* parameters);

struct Kernel {
  const char* name;         // as PyTorch names it where a dtype is not supported
  bool in_floats;           // integers are computed in the default dtype
  bool gives_bool;          // the result is bool, else of the dtype computed in
  int64_t grain;            // elements below which a second thread does not pay
  std::array<Run, 8> runs;  // by dtype computed in; null where there is none
  int fitting = 0;          // parameters, the first ones, that the dtype computed in has to hold
  bool divides = false;     // by the second input, in which an integer may not be 0

  ScalarType compute_dtype(ScalarType promoted) const {
    return in_floats && !is_floating_point(promoted) ? get_default_dtype() : promoted;
  }
  ScalarType result_dtype(ScalarType computed) const { return gives_bool ? kBool : computed; }
};

// An input: a tensor, or a number that promotes as a wrapped one does.
struct Operand {
  Operand(const TensorBase& tensor) : tensor(&tensor) {}
  Operand(const Scalar& number) : number(number) {}
  const TensorBase* tensor = nullptr;
  Scalar number;
};

// The value of a kernel, into out if that is defined. The result has PyTorch's strides: those of
// the inputs where they agree, row-major where they are.
//
// Throws: Error in PyTorch's words if sizes do not broadcast, if out has another shape or a dtype
// of a lower kind; if an integer is divided by 0; if a parameter does not fit the dtype computed
// in. What out's memory may share with the inputs' has been checked (overlap.h).
TensorBase elementwise(const Kernel& kernel, std::span<const Operand> inputs,
                       const TensorBase& out = {}, const Scalar* parameters = nullptr);
TensorBase unary(const Kernel& kernel, const TensorBase& x, const TensorBase& out = {},
                 const Scalar* parameters = nullptr);
TensorBase binary(const Kernel& kernel, const TensorBase& x, const TensorBase& y,
                  const TensorBase& out = {}, const Scalar* parameters = nullptr);
TensorBase binary(const Kernel& kernel, const TensorBase& x, const Scalar& y,
                  const TensorBase& out = {}, const Scalar* parameters = nullptr);

// Fresh memory of these sizes with PyTorch's strides for what is computed element by element of the
// inputs, which broadcast to them.
TensorBase make_result(const DimVector& sizes, ScalarType dtype,
                       std::span<const TensorImpl* const> inputs);

// The shape that both broadcast to. Throws: Error naming the axis where they do not.
DimVector broadcast_sizes(const DimVector& a, const DimVector& b);

// Throws: Error if dtype cannot hold value, by the rule of Scalar::to.
void check_fits(const Scalar& value, ScalarType dtype);
// A copy with the strides of source, if no two of its elements share memory and none lies between
// them; else in PyTorch's order of axes.
TensorBase copied(const TensorBase& source, ScalarType dtype);
// Throws: Error if value does not fit the dtype of target.
void fill(const TensorBase& target, const Scalar& value);

// -- arithmetic. Parameters are named in brackets.
extern const Kernel kAdd, kAddScaled /*[alpha]*/, kSub, kMul, kDiv, kDivFloor, kDivTrunc,
    kRemainder, kFmod, kNeg, kAbs, kSign, kMaximum, kMinimum, kAtan2, kHypot, kReciprocal;
extern const Kernel kClamp /*[min, max]*/, kClampMin /*[min]*/, kClampMax /*[max]*/;
extern const Kernel kPow, kSquare, kCube;
extern const Kernel kLerp, kLerpScalar /*[weight]*/, kAddcmul /*[value]*/, kAddcdiv /*[value]*/;

// -- mathematics
extern const Kernel kSqrt, kRsqrt, kExp, kExpm1, kLog, kLog1p, kLog2, kLog10, kSin, kCos, kTan,
    kAsin, kAcos, kAtan, kSinh, kCosh, kTanh, kErf, kErfc, kLgamma, kDigamma, kPolygamma /*[n]*/,
    kSigmoid, kRelu, kFloor, kCeil, kRound, kTrunc, kFrac;
// Of (grad, output).
extern const Kernel kTanhBackward, kSigmoidBackward, kThresholdBackward /*[threshold]*/;

// -- comparison and logic
extern const Kernel kEq, kNe, kLt, kLe, kGt, kGe, kLogicalAnd, kLogicalOr, kLogicalXor, kLogicalNot,
    kIsnan, kIsinf, kIsfinite, kBitwiseAnd, kBitwiseOr, kBitwiseXor, kBitwiseNot;
extern const Kernel kIsclose /*[rtol, atol, equal_nan]*/;

}  // namespace gradtape::kernels
