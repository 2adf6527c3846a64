#pragma once

#include <algorithm>
#include <utility>

#include <xtensor/xadapt.hpp>
#include <xtensor/xmath.hpp>
#include <xtensor/xnoalias.hpp>
#include <xtensor/xtensor.hpp>

#include "kernels/elementwise/elementwise.h"

#include "gradtape/core/scalar.h"

// How a functor becomes runs. A functor is a template over the element type with one operator(),
// generic so that it takes elements as well as xtensor expressions:
//
//   template <class T> struct Add { auto operator()(const auto& x, const auto& y) const { ... } };
//
// One that is made from const Scalar* takes the parameters of the op. loop_* gives a plain loop,
// which the compiler vectorizes; expression_* an xtensor expression, evaluated by xsimd.
namespace gradtape::kernels {

// Below this many elements a plain loop is faster than setting up an expression: arithmetic, which
// the compiler vectorizes in the loop too, and functions, which it calls one by one.
inline constexpr int64_t kTinyArithmetic = 1024, kTinyFunction = 8;

template <class F>
F make_functor([[maybe_unused]] const Scalar* parameters) {
  if constexpr (std::is_constructible_v<F, const Scalar*>) {
    return F(parameters);
  } else {
    return F{};
  }
}

template <template <class> class F, class T, class R>
void loop1(int64_t n, void* out, const void* const* in, unsigned fixed, const Scalar* parameters) {
  const F<T> f = make_functor<F<T>>(parameters);
  auto* to = static_cast<R*>(out);
  auto* x = static_cast<const T*>(in[0]);
  if (fixed) {
    std::fill_n(to, n, static_cast<R>(f(x[0])));
    return;
  }
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<R>(f(x[i]));
}

template <template <class> class F, class T, class R>
void loop2(int64_t n, void* out, const void* const* in, unsigned fixed, const Scalar* parameters) {
  const F<T> f = make_functor<F<T>>(parameters);
  auto* to = static_cast<R*>(out);
  auto* x = static_cast<const T*>(in[0]);
  auto* y = static_cast<const T*>(in[1]);
  if (fixed == 0) {
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) to[i] = static_cast<R>(f(x[i], y[i]));
  } else if (fixed == 1) {
    const T one = x[0];
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) to[i] = static_cast<R>(f(one, y[i]));
  } else if (fixed == 2) {
    const T one = y[0];
#pragma omp simd
    for (int64_t i = 0; i < n; ++i) to[i] = static_cast<R>(f(x[i], one));
  } else {
    std::fill_n(to, n, static_cast<R>(f(x[0], y[0])));
  }
}

template <template <class> class F, class T, class R>
void loop3(int64_t n, void* out, const void* const* in, unsigned, const Scalar* parameters) {
  const F<T> f = make_functor<F<T>>(parameters);
  auto* to = static_cast<R*>(out);
  auto* x = static_cast<const T*>(in[0]);
  auto* y = static_cast<const T*>(in[1]);
  auto* z = static_cast<const T*>(in[2]);
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) to[i] = static_cast<R>(f(x[i], y[i], z[i]));
}

// A 1-d xtensor adaptor over n elements.
template <class T>
auto adapt_run(T* data, int64_t n) {
  const std::array<size_t, 1> shape{static_cast<size_t>(n)};
  return xt::adapt(data, static_cast<size_t>(n), xt::no_ownership(), shape);
}

template <template <class> class F, class T>
void expression1(int64_t n, void* out, const void* const* in, unsigned fixed,
                 const Scalar* parameters) {
  if (n < kTinyFunction || fixed) return loop1<F, T, T>(n, out, in, fixed, parameters);
  const F<T> f = make_functor<F<T>>(parameters);
  auto to = adapt_run(static_cast<T*>(out), n);
  const auto x = adapt_run(static_cast<const T*>(in[0]), n);
  xt::noalias(to) = f(x);
}

template <template <class> class F, class T>
void expression2(int64_t n, void* out, const void* const* in, unsigned fixed,
                 const Scalar* parameters) {
  if (n < kTinyArithmetic || fixed == 3) return loop2<F, T, T>(n, out, in, fixed, parameters);
  const F<T> f = make_functor<F<T>>(parameters);
  auto to = adapt_run(static_cast<T*>(out), n);
  const auto* x = static_cast<const T*>(in[0]);
  const auto* y = static_cast<const T*>(in[1]);
  if (fixed == 0) {
    const auto a = adapt_run(x, n);
    const auto b = adapt_run(y, n);
    xt::noalias(to) = f(a, b);
  } else if (fixed == 1) {
    const auto b = adapt_run(y, n);
    xt::noalias(to) = f(*x, b);
  } else {
    const auto a = adapt_run(x, n);
    xt::noalias(to) = f(a, *y);
  }
}

using Runs = std::array<Run, 8>;  // Byte, Char, Short, Int, Long, Float, Double, Bool

template <template <class> class F>
constexpr Runs integer_loops1() {
  return {loop1<F, uint8_t, uint8_t>, loop1<F, int8_t, int8_t>, loop1<F, int16_t, int16_t>,
          loop1<F, int32_t, int32_t>, loop1<F, int64_t, int64_t>};
}
template <template <class> class F>
constexpr Runs integer_loops2() {
  return {loop2<F, uint8_t, uint8_t>, loop2<F, int8_t, int8_t>, loop2<F, int16_t, int16_t>,
          loop2<F, int32_t, int32_t>, loop2<F, int64_t, int64_t>};
}
template <template <class> class F>
constexpr Runs integer_loops3() {
  return {loop3<F, uint8_t, uint8_t>, loop3<F, int8_t, int8_t>, loop3<F, int16_t, int16_t>,
          loop3<F, int32_t, int32_t>, loop3<F, int64_t, int64_t>};
}
// Every dtype, the result bool.
template <template <class> class F>
constexpr Runs predicates1() {
  return {loop1<F, uint8_t, bool>, loop1<F, int8_t, bool>,  loop1<F, int16_t, bool>,
          loop1<F, int32_t, bool>, loop1<F, int64_t, bool>, loop1<F, float, bool>,
          loop1<F, double, bool>,  loop1<F, bool, bool>};
}
template <template <class> class F>
constexpr Runs predicates2() {
  return {loop2<F, uint8_t, bool>, loop2<F, int8_t, bool>,  loop2<F, int16_t, bool>,
          loop2<F, int32_t, bool>, loop2<F, int64_t, bool>, loop2<F, float, bool>,
          loop2<F, double, bool>,  loop2<F, bool, bool>};
}

constexpr Runs with_floats(Runs runs, Run of_float, Run of_double) {
  runs[static_cast<size_t>(kFloat32)] = of_float;
  runs[static_cast<size_t>(kFloat64)] = of_double;
  return runs;
}
constexpr Runs with_bool(Runs runs, Run of_bool) {
  runs[static_cast<size_t>(kBool)] = of_bool;
  return runs;
}

template <template <class> class F>
constexpr Runs float_loops1(Runs others = {}) {
  return with_floats(others, loop1<F, float, float>, loop1<F, double, double>);
}
template <template <class> class F>
constexpr Runs float_loops2(Runs others = {}) {
  return with_floats(others, loop2<F, float, float>, loop2<F, double, double>);
}
template <template <class> class F>
constexpr Runs float_loops3(Runs others = {}) {
  return with_floats(others, loop3<F, float, float>, loop3<F, double, double>);
}
template <template <class> class F>
constexpr Runs expressions1(Runs others = {}) {
  return with_floats(others, expression1<F, float>, expression1<F, double>);
}
template <template <class> class F>
constexpr Runs expressions2(Runs others = {}) {
  return with_floats(others, expression2<F, float>, expression2<F, double>);
}

inline constexpr int64_t kLightGrain = 32768, kHeavyGrain = 4096;

}  // namespace gradtape::kernels
