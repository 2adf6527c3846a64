#include "gradtape/ops/softmax.h"

#include "autograd/op_node.h"
#include "kernels/reduce/softmax.h"

namespace gradtape {
namespace {

using namespace autograd;

// f(g, y) = y (g - sum(g y)), y the softmax: symmetric in g, so that it is its own adjoint.
struct SoftmaxBackward {
  static constexpr const char* name = "SoftmaxBackwardBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0 | kInput1};

  int64_t axis;

  Tensor forward(const Tensor& grad, const Tensor& y) const {
    return kernels::softmax_backward(grad, y, axis);
  }
  Tensor vjp(int i, const Tensor& h, const Saved& saved) const {
    const Tensor y = saved.input(1);
    if (i == 0) return apply(SoftmaxBackward{axis}, h, y);
    const Tensor g = saved.input(0);
    return h.mul(g.sub(g.mul(y).sum(axis, true))).sub(g.mul(h.mul(y).sum(axis, true)));
  }
};

struct Softmax {
  static constexpr const char* name = "SoftmaxBackward0";
  static constexpr Reads reads[] = {kOutput};

  int64_t axis;

  Tensor forward(const Tensor& x) const { return kernels::softmax(x, axis); }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return apply(SoftmaxBackward{axis}, grad, saved.output());
  }
};

// f(g, y) = g - exp(y) sum(g), y the log_softmax.
struct LogSoftmaxBackward {
  static constexpr const char* name = "LogSoftmaxBackwardBackward0";
  static constexpr Reads reads[] = {kInput1, kInput0 | kInput1};

  int64_t axis;

  Tensor forward(const Tensor& grad, const Tensor& y) const {
    return kernels::log_softmax_backward(grad, y, axis);
  }
  Tensor vjp(int i, const Tensor& h, const Saved& saved) const {
    const Tensor weighted = h.mul(saved.input(1).exp());
    if (i == 0) return h.sub(weighted.sum(axis, true));
    return weighted.mul(saved.input(0).sum(axis, true)).neg();
  }
};

struct LogSoftmax {
  static constexpr const char* name = "LogSoftmaxBackward0";
  static constexpr Reads reads[] = {kOutput};

  int64_t axis;

  Tensor forward(const Tensor& x) const { return kernels::log_softmax(x, axis); }
  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    return apply(LogSoftmaxBackward{axis}, grad, saved.output());
  }
};

Tensor checked(const Tensor& input, std::optional<ScalarType> dtype, const char* op) {
  const ScalarType result = dtype.value_or(input.dtype());
  GRADTAPE_CHECK(is_floating_point(result), op, ": input must be floating point; got ", result, " ",
                 input.sizes());
  return result == input.dtype() ? input : input.to(result);
}

}  // namespace

Tensor softmax(const Tensor& input, int64_t dim, std::optional<ScalarType> dtype) {
  const Softmax op{wrap_dim(dim, input.dim(), "softmax")};
  return apply(op, checked(input, dtype, "softmax"));
}

Tensor log_softmax(const Tensor& input, int64_t dim, std::optional<ScalarType> dtype) {
  const LogSoftmax op{wrap_dim(dim, input.dim(), "log_softmax")};
  return apply(op, checked(input, dtype, "log_softmax"));
}

Tensor Tensor::softmax(int64_t dim, std::optional<ScalarType> dtype) const {
  return gradtape::softmax(*this, dim, dtype);
}
Tensor Tensor::log_softmax(int64_t dim, std::optional<ScalarType> dtype) const {
  return gradtape::log_softmax(*this, dim, dtype);
}

}  // namespace gradtape
