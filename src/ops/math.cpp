#include "gradtape/ops/math.h"

#include <numbers>

#include "autograd/op_node.h"
#include "kernels/elementwise/elementwise.h"

#include "gradtape/ops/arithmetic.h"
#include "gradtape/ops/factory.h"

namespace gradtape {

using namespace autograd;

namespace {

constexpr double kTwoBySqrtPi = 2 * std::numbers::inv_sqrtpi;

struct Abs {
  static constexpr const char* name = "AbsBackward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kAbs, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const { return grad * sign(saved.input(0)); }
};

struct Sign {
  static constexpr const char* name = "SignBackward0";
  static constexpr Reads reads[] = {kNothing};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kSign, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return zeros_like(grad); }
};

struct Sqrt {
  static constexpr const char* name = "SqrtBackward0";
  static constexpr Reads reads[] = {kOutput};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kSqrt, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const { return grad / (2 * saved.output()); }
};

struct Rsqrt {
  static constexpr const char* name = "RsqrtBackward0";
  static constexpr Reads reads[] = {kOutput};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kRsqrt, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return -0.5 * grad * pow(saved.output(), 3);
  }
};

struct Reciprocal {
  static constexpr const char* name = "ReciprocalBackward0";
  static constexpr Reads reads[] = {kOutput};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kReciprocal, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return neg(grad) * square(saved.output());
  }
};

struct Exp {
  static constexpr const char* name = "ExpBackward0";
  static constexpr Reads reads[] = {kOutput};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kExp, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const { return grad * saved.output(); }
};

struct Expm1 {
  static constexpr const char* name = "Expm1Backward0";
  static constexpr Reads reads[] = {kOutput};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kExpm1, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const { return grad * (saved.output() + 1); }
};

struct Log {
  static constexpr const char* name = "LogBackward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kLog, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const { return grad / saved.input(0); }
};

struct Log1p {
  static constexpr const char* name = "Log1pBackward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kLog1p, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const { return grad / (saved.input(0) + 1); }
};

struct Log2 {
  static constexpr const char* name = "Log2Backward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kLog2, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return grad / (saved.input(0) * std::numbers::ln2);
  }
};

struct Log10 {
  static constexpr const char* name = "Log10Backward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kLog10, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return grad / (saved.input(0) * std::numbers::ln10);
  }
};

struct Sin {
  static constexpr const char* name = "SinBackward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kSin, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const { return grad * cos(saved.input(0)); }
};

struct Cos {
  static constexpr const char* name = "CosBackward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kCos, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return neg(grad) * sin(saved.input(0));
  }
};

struct Tan {
  static constexpr const char* name = "TanBackward0";
  static constexpr Reads reads[] = {kOutput};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kTan, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return grad * (1 + square(saved.output()));
  }
};

struct Asin {
  static constexpr const char* name = "AsinBackward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kAsin, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return grad * rsqrt(1 - square(saved.input(0)));
  }
};

struct Acos {
  static constexpr const char* name = "AcosBackward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kAcos, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return neg(grad) * rsqrt(1 - square(saved.input(0)));
  }
};

struct Atan {
  static constexpr const char* name = "AtanBackward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kAtan, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return grad / (square(saved.input(0)) + 1);
  }
};

struct Sinh {
  static constexpr const char* name = "SinhBackward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kSinh, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const { return grad * cosh(saved.input(0)); }
};

struct Cosh {
  static constexpr const char* name = "CoshBackward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kCosh, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const { return grad * sinh(saved.input(0)); }
};

struct Tanh {
  static constexpr const char* name = "TanhBackward0";
  static constexpr Reads reads[] = {kOutput};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kTanh, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return tanh_backward(grad, saved.output());
  }
};

struct Erf {
  static constexpr const char* name = "ErfBackward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kErf, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return kTwoBySqrtPi * exp(neg(square(saved.input(0)))) * grad;
  }
};

struct Erfc {
  static constexpr const char* name = "ErfcBackward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kErfc, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return -kTwoBySqrtPi * exp(neg(square(saved.input(0)))) * grad;
  }
};

struct Lgamma {
  static constexpr const char* name = "LgammaBackward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kLgamma, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return grad * digamma(saved.input(0));
  }
};

struct Digamma {
  static constexpr const char* name = "DigammaBackward0";
  static constexpr Reads reads[] = {kInput0};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kDigamma, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return grad * polygamma(1, saved.input(0));
  }
};

struct Sigmoid {
  static constexpr const char* name = "SigmoidBackward0";
  static constexpr Reads reads[] = {kOutput};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kSigmoid, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return sigmoid_backward(grad, saved.output());
  }
};

struct Relu {
  static constexpr const char* name = "ReluBackward0";
  static constexpr Reads reads[] = {kOutput};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    GRADTAPE_CHECK(x.dtype() != kBool, "Boolean inputs not supported for relu");
    return kernels::unary(kernels::kRelu, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return threshold_backward(grad, saved.output(), 0);
  }
};

struct Floor {
  static constexpr const char* name = "FloorBackward0";
  static constexpr Reads reads[] = {kNothing};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kFloor, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return zeros_like(grad); }
};

struct Ceil {
  static constexpr const char* name = "CeilBackward0";
  static constexpr Reads reads[] = {kNothing};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kCeil, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return zeros_like(grad); }
};

struct Round {
  static constexpr const char* name = "RoundBackward0";
  static constexpr Reads reads[] = {kNothing};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kRound, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return zeros_like(grad); }
};

struct Trunc {
  static constexpr const char* name = "TruncBackward0";
  static constexpr Reads reads[] = {kNothing};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kTrunc, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return zeros_like(grad); }
};

struct Frac {
  static constexpr const char* name = "FracBackward0";
  static constexpr Reads reads[] = {kNothing};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kFrac, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad; }
};

struct Polygamma {
  static constexpr const char* name = "PolygammaBackward0";
  static constexpr Reads reads[] = {kInput0};
  int64_t n;

  Tensor forward(const Tensor& x) const {
    GRADTAPE_CHECK(n >= 0, "polygamma(n, x) does not support negative n; got ", n);
    const Scalar order = n;
    return kernels::unary(kernels::kPolygamma, x, {}, &order);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return grad * polygamma(n + 1, saved.input(0));
  }
};

// grad_output (1 - output^2)
struct TanhBackward {
  static constexpr const char* name = "TanhBackwardBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0 | kInput1};

  Tensor forward(const Tensor& grad_output, const Tensor& output) const {
    return kernels::binary(kernels::kTanhBackward, grad_output, output);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    const Tensor output = saved.input(1);
    if (i == 0) return tanh_backward(grad, output);
    return grad * (-2 * output * saved.input(0));
  }
};

// grad_output output (1 - output)
struct SigmoidBackward {
  static constexpr const char* name = "SigmoidBackwardBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0 | kInput1};

  Tensor forward(const Tensor& grad_output, const Tensor& output) const {
    return kernels::binary(kernels::kSigmoidBackward, grad_output, output);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    const Tensor output = saved.input(1);
    if (i == 0) return sigmoid_backward(grad, output);
    return grad * saved.input(0) * (1 - 2 * output);
  }
};

struct ThresholdBackward {
  static constexpr const char* name = "ThresholdBackwardBackward0";
  static constexpr Reads reads[] = {kInput1, kNothing};
  Scalar threshold;

  Tensor forward(const Tensor& grad_output, const Tensor& self) const {
    return kernels::binary(kernels::kThresholdBackward, grad_output, self, {}, &threshold);
  }
  Tensor vjp(int i, const Tensor& grad, const Saved& saved) const {
    return i == 0 ? threshold_backward(grad, saved.input(1), threshold) : zeros_like(grad);
  }
};

}  // namespace

Tensor abs(const Tensor& self) { return apply(Abs{}, self); }
Tensor sign(const Tensor& self) { return apply(Sign{}, self); }
Tensor sqrt(const Tensor& self) { return apply(Sqrt{}, self); }
Tensor rsqrt(const Tensor& self) { return apply(Rsqrt{}, self); }
Tensor reciprocal(const Tensor& self) { return apply(Reciprocal{}, self); }
Tensor exp(const Tensor& self) { return apply(Exp{}, self); }
Tensor expm1(const Tensor& self) { return apply(Expm1{}, self); }
Tensor log(const Tensor& self) { return apply(Log{}, self); }
Tensor log1p(const Tensor& self) { return apply(Log1p{}, self); }
Tensor log2(const Tensor& self) { return apply(Log2{}, self); }
Tensor log10(const Tensor& self) { return apply(Log10{}, self); }
Tensor sin(const Tensor& self) { return apply(Sin{}, self); }
Tensor cos(const Tensor& self) { return apply(Cos{}, self); }
Tensor tan(const Tensor& self) { return apply(Tan{}, self); }
Tensor asin(const Tensor& self) { return apply(Asin{}, self); }
Tensor acos(const Tensor& self) { return apply(Acos{}, self); }
Tensor atan(const Tensor& self) { return apply(Atan{}, self); }
Tensor sinh(const Tensor& self) { return apply(Sinh{}, self); }
Tensor cosh(const Tensor& self) { return apply(Cosh{}, self); }
Tensor tanh(const Tensor& self) { return apply(Tanh{}, self); }
Tensor erf(const Tensor& self) { return apply(Erf{}, self); }
Tensor erfc(const Tensor& self) { return apply(Erfc{}, self); }
Tensor lgamma(const Tensor& self) { return apply(Lgamma{}, self); }
Tensor digamma(const Tensor& self) { return apply(Digamma{}, self); }
Tensor sigmoid(const Tensor& self) { return apply(Sigmoid{}, self); }
Tensor relu(const Tensor& self) { return apply(Relu{}, self); }
Tensor floor(const Tensor& self) { return apply(Floor{}, self); }
Tensor ceil(const Tensor& self) { return apply(Ceil{}, self); }
Tensor round(const Tensor& self) { return apply(Round{}, self); }
Tensor trunc(const Tensor& self) { return apply(Trunc{}, self); }
Tensor frac(const Tensor& self) { return apply(Frac{}, self); }
Tensor polygamma(int64_t n, const Tensor& self) { return apply(Polygamma{n}, self); }
Tensor tanh_backward(const Tensor& grad_output, const Tensor& output) {
  return apply(TanhBackward{}, grad_output, output);
}
Tensor sigmoid_backward(const Tensor& grad_output, const Tensor& output) {
  return apply(SigmoidBackward{}, grad_output, output);
}
Tensor threshold_backward(const Tensor& grad_output, const Tensor& self, const Scalar& threshold) {
  return apply(ThresholdBackward{threshold}, grad_output, self);
}

Tensor Tensor::abs() const { return gradtape::abs(*this); }
Tensor& Tensor::abs_() const { return apply_inplace(Abs{}, *this); }
Tensor Tensor::sign() const { return gradtape::sign(*this); }
Tensor& Tensor::sign_() const { return apply_inplace(Sign{}, *this); }
Tensor Tensor::sqrt() const { return gradtape::sqrt(*this); }
Tensor& Tensor::sqrt_() const { return apply_inplace(Sqrt{}, *this); }
Tensor Tensor::rsqrt() const { return gradtape::rsqrt(*this); }
Tensor& Tensor::rsqrt_() const { return apply_inplace(Rsqrt{}, *this); }
Tensor Tensor::reciprocal() const { return gradtape::reciprocal(*this); }
Tensor& Tensor::reciprocal_() const { return apply_inplace(Reciprocal{}, *this); }
Tensor Tensor::exp() const { return gradtape::exp(*this); }
Tensor& Tensor::exp_() const { return apply_inplace(Exp{}, *this); }
Tensor Tensor::expm1() const { return gradtape::expm1(*this); }
Tensor& Tensor::expm1_() const { return apply_inplace(Expm1{}, *this); }
Tensor Tensor::log() const { return gradtape::log(*this); }
Tensor& Tensor::log_() const { return apply_inplace(Log{}, *this); }
Tensor Tensor::log1p() const { return gradtape::log1p(*this); }
Tensor& Tensor::log1p_() const { return apply_inplace(Log1p{}, *this); }
Tensor Tensor::log2() const { return gradtape::log2(*this); }
Tensor& Tensor::log2_() const { return apply_inplace(Log2{}, *this); }
Tensor Tensor::log10() const { return gradtape::log10(*this); }
Tensor& Tensor::log10_() const { return apply_inplace(Log10{}, *this); }
Tensor Tensor::sin() const { return gradtape::sin(*this); }
Tensor& Tensor::sin_() const { return apply_inplace(Sin{}, *this); }
Tensor Tensor::cos() const { return gradtape::cos(*this); }
Tensor& Tensor::cos_() const { return apply_inplace(Cos{}, *this); }
Tensor Tensor::tan() const { return gradtape::tan(*this); }
Tensor& Tensor::tan_() const { return apply_inplace(Tan{}, *this); }
Tensor Tensor::asin() const { return gradtape::asin(*this); }
Tensor& Tensor::asin_() const { return apply_inplace(Asin{}, *this); }
Tensor Tensor::acos() const { return gradtape::acos(*this); }
Tensor& Tensor::acos_() const { return apply_inplace(Acos{}, *this); }
Tensor Tensor::atan() const { return gradtape::atan(*this); }
Tensor& Tensor::atan_() const { return apply_inplace(Atan{}, *this); }
Tensor Tensor::sinh() const { return gradtape::sinh(*this); }
Tensor& Tensor::sinh_() const { return apply_inplace(Sinh{}, *this); }
Tensor Tensor::cosh() const { return gradtape::cosh(*this); }
Tensor& Tensor::cosh_() const { return apply_inplace(Cosh{}, *this); }
Tensor Tensor::tanh() const { return gradtape::tanh(*this); }
Tensor& Tensor::tanh_() const { return apply_inplace(Tanh{}, *this); }
Tensor Tensor::erf() const { return gradtape::erf(*this); }
Tensor& Tensor::erf_() const { return apply_inplace(Erf{}, *this); }
Tensor Tensor::erfc() const { return gradtape::erfc(*this); }
Tensor& Tensor::erfc_() const { return apply_inplace(Erfc{}, *this); }
Tensor Tensor::lgamma() const { return gradtape::lgamma(*this); }
Tensor& Tensor::lgamma_() const { return apply_inplace(Lgamma{}, *this); }
Tensor Tensor::sigmoid() const { return gradtape::sigmoid(*this); }
Tensor& Tensor::sigmoid_() const { return apply_inplace(Sigmoid{}, *this); }
Tensor Tensor::relu() const { return gradtape::relu(*this); }
Tensor& Tensor::relu_() const { return apply_inplace(Relu{}, *this); }
Tensor Tensor::floor() const { return gradtape::floor(*this); }
Tensor& Tensor::floor_() const { return apply_inplace(Floor{}, *this); }
Tensor Tensor::ceil() const { return gradtape::ceil(*this); }
Tensor& Tensor::ceil_() const { return apply_inplace(Ceil{}, *this); }
Tensor Tensor::round() const { return gradtape::round(*this); }
Tensor& Tensor::round_() const { return apply_inplace(Round{}, *this); }
Tensor Tensor::trunc() const { return gradtape::trunc(*this); }
Tensor& Tensor::trunc_() const { return apply_inplace(Trunc{}, *this); }
Tensor Tensor::frac() const { return gradtape::frac(*this); }
Tensor& Tensor::frac_() const { return apply_inplace(Frac{}, *this); }

}  // namespace gradtape
