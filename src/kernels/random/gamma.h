#pragma once

#include <cstdint>

// The gamma function's logarithm and its derivatives, element by element.
namespace gradtape::kernels {

// log|gamma(x)|, without the standard library's global sign.
float log_gamma(float x);
double log_gamma(double x);

// d/dx log gamma(x); NaN at the negative integers, -inf at 0 and +inf at -0, as PyTorch.
//
// Source: Cephes, psi.c.
float digamma(float x);
double digamma(double x);

// The n-th derivative of digamma: (-1)^(n+1) n! zeta(n + 1, x), for x > 0 (and by reflection for
// n = 1); NaN where zeta has no value.
//
// Source: Cephes, zeta.c.
double polygamma(int64_t n, double x);

}  // namespace gradtape::kernels
