#pragma once

#include "kernels/base/overlap.h"
#include "kernels/base/parallel.h"

namespace gradtape::kernels {

// A contiguous stand-in for a tensor; one that was written goes back where it came from.
class Dense {
 public:
  explicit Dense(const TensorBase& original) : original_(original), dense_(dense(original)) {}
  template <class T>
  T* data() const {
    return dense_.data_ptr<T>();
  }
  void write_back() const {
    if (!dense_.is_same(original_)) copy(original_, dense_);
  }

 private:
  const TensorBase& original_;
  TensorBase dense_;
};

template <class T, class Formula, class... States>
void fused_loop(int64_t n, Formula formula, T* __restrict parameter, const T* __restrict grad,
                States* __restrict... states) {
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) formula(parameter[i], grad[i], states[i]...);
}

// An optimizer's formula in one pass over memory: formula(p, g, s...) for each element of the
// parameter, its gradient and its states, where it may change p and s. It is written for any
// floating type: [=]<class T>(T& p, T g, T& s) { ... }, and is cheapest without branches. All
// tensors have the parameter's shape and dtype.
template <class Formula, class... States>
void fused(const char* rule, const Formula& formula, const TensorBase& parameter,
           const TensorBase& grad, const States&... states) {
  const auto check = [&](const TensorBase& other) {
    GRADTAPE_CHECK(other.sizes() == parameter.sizes() && other.dtype() == parameter.dtype(), rule,
                   ": gradient and state must have the parameter's shape and dtype (",
                   parameter.dtype(), " ", parameter.sizes(), "); got ", other.dtype(), " ",
                   other.sizes());
  };
  check(grad);
  (check(states), ...);
  check_write<Writes::InStep>(parameter, grad, states...);
  (check_write<Writes::InStep>(states), ...);
  const auto run = [&](const Dense& p, const Dense& g, const auto&... s) {
    visit_floating(parameter.dtype(), rule, [&]<class T>(TypeTag<T>) {
      constexpr int64_t kGrain = 16384;
      parallel_for(parameter.numel(), kGrain, [&](int64_t begin, int64_t end) {
        fused_loop<T>(end - begin, formula, p.data<T>() + begin, g.data<T>() + begin,
                      s.template data<T>() + begin...);
      });
    });
    p.write_back();
    (s.write_back(), ...);
  };
  run(Dense(parameter), Dense(grad), Dense(states)...);
}

}  // namespace gradtape::kernels
