#include "kernels/runs.h"

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

}  // namespace

const Kernel kEq{"eq", false, true, kLightGrain, predicates2<Eq>()};
const Kernel kNe{"ne", false, true, kLightGrain, predicates2<Ne>()};
const Kernel kLt{"lt", false, true, kLightGrain, predicates2<Lt>()};
const Kernel kLe{"le", false, true, kLightGrain, predicates2<Le>()};
const Kernel kGt{"gt", false, true, kLightGrain, predicates2<Gt>()};
const Kernel kGe{"ge", false, true, kLightGrain, predicates2<Ge>()};

}  // namespace gradtape::kernels
