#include "kernels/integer.h"
#include "kernels/runs.h"

namespace gradtape::kernels {
namespace {

template <class T>
struct Add {
  auto operator()(const auto& x, const auto& y) const { return wrapping(x) + wrapping(y); }
};
template <class T>
struct AddScaled {
  explicit AddScaled(const Scalar* parameters) : alpha(parameters[0].to<T>()) {}
  T operator()(T x, T y) const {
    return static_cast<T>(wrapping(x) + wrapping(alpha) * wrapping(y));
  }
  T alpha;
};
template <class T>
struct Sub {
  auto operator()(const auto& x, const auto& y) const { return wrapping(x) - wrapping(y); }
};
template <class T>
struct Mul {
  auto operator()(const auto& x, const auto& y) const { return wrapping(x) * wrapping(y); }
};
template <class T>
struct Div {
  auto operator()(const auto& x, const auto& y) const { return x / y; }
};
template <class T>
struct Neg {
  auto operator()(const auto& x) const { return -wrapping(x); }
};

}  // namespace

const Kernel kAdd{"add", false, false, kLightGrain,
                  with_bool(expressions2<Add>(integer_loops2<Add>()), loop2<Add, bool, bool>)};
const Kernel kAddScaled{
    "add", false, false, kLightGrain,
    with_bool(float_loops2<AddScaled>(integer_loops2<AddScaled>()), loop2<AddScaled, bool, bool>)};
const Kernel kSub{"sub", false, false, kLightGrain, expressions2<Sub>(integer_loops2<Sub>())};
const Kernel kMul{"mul", false, false, kLightGrain,
                  with_bool(expressions2<Mul>(integer_loops2<Mul>()), loop2<Mul, bool, bool>)};
const Kernel kDiv{"div", true, false, kLightGrain, expressions2<Div>()};
const Kernel kNeg{"neg", false, false, kLightGrain, expressions1<Neg>(integer_loops1<Neg>())};

}  // namespace gradtape::kernels
