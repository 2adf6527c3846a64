#include <cmath>

#include "kernels/runs.h"

namespace gradtape::kernels {
namespace {

template <class T>
struct Exp {
  auto operator()(const auto& x) const {
    using std::exp;
    return exp(x);
  }
};

}  // namespace

const Kernel kExp{"exp", true, false, kHeavyGrain, expressions1<Exp>()};

}  // namespace gradtape::kernels
