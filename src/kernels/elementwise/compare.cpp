#include <cmath>
#include <limits>

#include "kernels/elementwise/runs.h"

namespace gradtape::kernels {
namespace {

template <class T>
struct Eq {
  bool operator()(T x, T y) const { return x == y; }
};
template <class T>
struct Ne {
  bool operator()(T x, T y) const { return x != y; }
};
template <class T>
struct Lt {
  bool operator()(T x, T y) const { return x < y; }
};
template <class T>
struct Le {
  bool operator()(T x, T y) const { return x <= y; }
};
template <class T>
struct Gt {
  bool operator()(T x, T y) const { return x > y; }
};
template <class T>
struct Ge {
  bool operator()(T x, T y) const { return x >= y; }
};
template <class T>
struct LogicalAnd {
  bool operator()(T x, T y) const { return (x != T{0}) & (y != T{0}); }
};
template <class T>
struct LogicalOr {
  bool operator()(T x, T y) const { return (x != T{0}) | (y != T{0}); }
};
template <class T>
struct LogicalXor {
  bool operator()(T x, T y) const { return (x != T{0}) != (y != T{0}); }
};
template <class T>
struct LogicalNot {
  bool operator()(T x) const { return x == T{0}; }
};
template <class T>
struct Isnan {
  bool operator()(T x) const { return x != x; }
};
template <class T>
struct Isinf {
  bool operator()(T x) const {
    return std::is_floating_point_v<T> && std::abs(x) == std::numeric_limits<T>::infinity();
  }
};
template <class T>
struct Isfinite {
  bool operator()(T x) const {
    return !std::is_floating_point_v<T> || std::abs(x) <= std::numeric_limits<T>::max();
  }
};

template <class T>
struct BitwiseAnd {
  T operator()(T x, T y) const { return static_cast<T>(x & y); }
};
template <class T>
struct BitwiseOr {
  T operator()(T x, T y) const { return static_cast<T>(x | y); }
};
template <class T>
struct BitwiseXor {
  T operator()(T x, T y) const { return static_cast<T>(x ^ y); }
};
template <class T>
struct BitwiseNot {
  T operator()(T x) const {
    if constexpr (std::is_same_v<T, bool>) {
      return !x;
    } else {
      return static_cast<T>(~x);
    }
  }
};

// |x - y| <= atol + |rtol y|, in the inputs' dtype as PyTorch; integers in the default one.
template <class T>
struct Isclose {
  explicit Isclose(const Scalar* parameters)
      : rtol(parameters[0].toDouble()),
        atol(parameters[1].toDouble()),
        equal_nan(parameters[2].toBool()) {}
  bool operator()(T x, T y) const {
    if (x == y || (equal_nan && x != x && y != y)) return true;
    if constexpr (std::is_integral_v<T>) {
      const auto a = static_cast<float>(x), b = static_cast<float>(y);
      return std::abs(a - b) <= static_cast<float>(atol) + std::abs(static_cast<float>(rtol) * b);
    } else {
      const T difference = std::abs(x - y);
      return difference <= std::numeric_limits<T>::max() &&
             difference <= static_cast<T>(atol) + std::abs(static_cast<T>(rtol) * y);
    }
  }
  double rtol, atol;
  bool equal_nan;
};

}  // namespace

const Kernel kEq{"eq", false, true, kLightGrain, predicates2<Eq>()};
const Kernel kNe{"ne", false, true, kLightGrain, predicates2<Ne>()};
const Kernel kLt{"lt", false, true, kLightGrain, predicates2<Lt>()};
const Kernel kLe{"le", false, true, kLightGrain, predicates2<Le>()};
const Kernel kGt{"gt", false, true, kLightGrain, predicates2<Gt>()};
const Kernel kGe{"ge", false, true, kLightGrain, predicates2<Ge>()};
const Kernel kLogicalAnd{"logical_and", false, true, kLightGrain, predicates2<LogicalAnd>()};
const Kernel kLogicalOr{"logical_or", false, true, kLightGrain, predicates2<LogicalOr>()};
const Kernel kLogicalXor{"logical_xor", false, true, kLightGrain, predicates2<LogicalXor>()};
const Kernel kLogicalNot{"logical_not", false, true, kLightGrain, predicates1<LogicalNot>()};
const Kernel kIsnan{"isnan", false, true, kLightGrain, predicates1<Isnan>()};
const Kernel kIsinf{"isinf", false, true, kLightGrain, predicates1<Isinf>()};
const Kernel kIsfinite{"isfinite", false, true, kLightGrain, predicates1<Isfinite>()};
const Kernel kBitwiseAnd{"bitwise_and_cpu", false, false, kLightGrain,
                         with_bool(integer_loops2<BitwiseAnd>(), loop2<BitwiseAnd, bool, bool>)};
const Kernel kBitwiseOr{"bitwise_or_cpu", false, false, kLightGrain,
                        with_bool(integer_loops2<BitwiseOr>(), loop2<BitwiseOr, bool, bool>)};
const Kernel kBitwiseXor{"bitwise_xor_cpu", false, false, kLightGrain,
                         with_bool(integer_loops2<BitwiseXor>(), loop2<BitwiseXor, bool, bool>)};
const Kernel kBitwiseNot{"bitwise_not_cpu", false, false, kLightGrain,
                         with_bool(integer_loops1<BitwiseNot>(), loop1<BitwiseNot, bool, bool>)};
const Kernel kIsclose{"isclose", false, true, kLightGrain, predicates2<Isclose>()};

}  // namespace gradtape::kernels
