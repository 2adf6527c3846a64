#include "kernels/random/gamma.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace gradtape::kernels {
namespace {

constexpr double kPi = std::numbers::pi;

// Hurwitz's zeta function, sum over k >= 0 of (k + q)^-x, by Euler-Maclaurin summation.
double zeta(double x, double q) {
  // (2k)! / B_2k
  constexpr double kCoefficients[] = {
      12.0,
      -720.0,
      30240.0,
      -1209600.0,
      47900160.0,
      -1.8924375803183791606e9,
      7.47242496e10,
      -2.950130727918164224e12,
      1.1646782814350067249e14,
      -4.5979787224074726105e15,
      1.8152105401943546773e17,
      -7.1661652561756670113e18,
  };
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon() / 2;
  if (x == 1) return std::numeric_limits<double>::infinity();
  if (x < 1) return std::numeric_limits<double>::quiet_NaN();
  if (q <= 0) {
    if (q == std::floor(q)) return std::numeric_limits<double>::infinity();
    if (x != std::floor(x)) return std::numeric_limits<double>::quiet_NaN();
  }
  double sum = std::pow(q, -x), a = q, term = 0;
  for (int i = 0; i < 9 || a <= 9;) {
    ++i;
    a += 1;
    term = std::pow(a, -x);
    sum += term;
    if (std::abs(term) < kEpsilon * std::abs(sum)) return sum;
  }
  const double w = a;
  sum += term * w / (x - 1);
  sum -= 0.5 * term;
  double factor = 1, k = 0;
  for (const double coefficient : kCoefficients) {
    factor *= x + k;
    term /= w;
    const double t = factor * term / coefficient;
    sum += t;
    if (std::abs(t / sum) < kEpsilon) return sum;
    k += 1;
    factor *= x + k;
    term /= w;
    k += 1;
  }
  return sum;
}

double trigamma(double x) {
  double sign = 1, result = 0;
  if (x < 0.5) {
    sign = -1;
    const double sine = std::sin(kPi * x);
    result -= (kPi * kPi) / (sine * sine);
    x = 1 - x;
  }
  for (int i = 0; i < 6; ++i) {
    result += 1 / (x * x);
    x += 1;
  }
  const double ixx = 1 / (x * x);
  result += (1 + 1 / (2 * x) +
             ixx * (1. / 6 - ixx * (1. / 30 - ixx * (1. / 42 - ixx * (1. / 30 - ixx * 5. / 66))))) /
            x;
  return sign * result;
}

}  // namespace

float log_gamma(float x) {
  int sign;
  return lgammaf_r(x, &sign);
}
double log_gamma(double x) {
  int sign;
  return lgamma_r(x, &sign);
}

double digamma(double x) {
  constexpr double kAtTen = 2.25175258906672110764;
  constexpr double kSeries[] = {
      8.33333333333333333333E-2,  -2.10927960927960927961E-2, 7.57575757575757575758E-3,
      -4.16666666666666666667E-3, 3.96825396825396825397E-3,  -8.33333333333333333333E-3,
      8.33333333333333333333E-2,
  };
  if (x == 0) return std::copysign(std::numeric_limits<double>::infinity(), -x);
  double reflected = 0;
  if (x < 0) {
    if (x == std::trunc(x)) return std::numeric_limits<double>::quiet_NaN();
    double whole;
    const double part = std::modf(x, &whole);
    reflected = -kPi / std::tan(kPi * part);
    x = 1 - x;
  }
  double sum = 0;
  while (x < 10) {
    sum -= 1 / x;
    x += 1;
  }
  if (x == 10) return sum + kAtTen + reflected;
  double tail = 0;
  if (x < 1e17) {
    const double z = 1 / (x * x);
    for (const double coefficient : kSeries) tail = tail * z + coefficient;
    tail *= z;
  }
  return sum + std::log(x) - 0.5 / x - tail + reflected;
}
float digamma(float x) { return static_cast<float>(digamma(static_cast<double>(x))); }

double polygamma(int64_t n, double x) {
  if (n == 0) return digamma(x);
  if (n == 1) return trigamma(x);
  const double order = static_cast<double>(n);
  const double value = std::exp(log_gamma(order + 1)) * zeta(order + 1, x);
  return n % 2 ? value : -value;
}

}  // namespace gradtape::kernels
