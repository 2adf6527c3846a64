#include "gradtape/ops/math.h"

#include "autograd/record.h"
#include "kernels/elementwise.h"

#include "gradtape/ops/arithmetic.h"

namespace gradtape {

using namespace autograd;

namespace {

struct Exp {
  static constexpr const char* name = "ExpBackward0";
  static constexpr Reads reads[] = {kOutput};

  Tensor forward(const Tensor& x, const Tensor& out = {}) const {
    return kernels::unary(kernels::kExp, x, out);
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const { return grad * saved.output(); }
};

}  // namespace

Tensor exp(const Tensor& self) { return apply(Exp{}, self); }
Tensor Tensor::exp() const { return gradtape::exp(*this); }
Tensor& Tensor::exp_() { return apply_inplace(Exp{}, *this); }

}  // namespace gradtape
