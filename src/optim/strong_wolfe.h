#pragma once

#include <functional>

#include "gradtape/ops/tensor.h"

namespace gradtape::optim {

// A point of the line: how far along d it is, and the loss, gradient and slope d^T gradient there.
struct LinePoint {
  double t, loss;
  Tensor grad;
  double slope;
};

struct LineSearch {
  LinePoint point;
  int evaluations;
};

// A point where the loss has fallen by a part c1 of what the slope at the start promised and the
// slope has shrunk to a part c2; after max_iterations beyond the first length, or where the bracket
// is smaller than tolerance_change, the best one so far.
//
// start is the point at 0, whose slope must be negative; t the first length that is tried; at gives
// the point at a length; reach is d's largest element.
// Source: Nocedal & Wright, "Numerical Optimization", 2nd edition, algorithms 3.5 and 3.6. As
//         PyTorch: lengths are found by cubic interpolation (equation 3.59), between 1.01 and 10
//         times the last one while there is no bracket, and at least a tenth of the bracket away
//         from its ends after a step without progress. Where PyTorch would go on with NaN, a loss
//         that is NaN counts as too high and an interpolation that gives no number is the middle.
LineSearch strong_wolfe(const std::function<LinePoint(double)>& at, const LinePoint& start,
                        double t, double reach, double tolerance_change = 1e-9, double c1 = 1e-4,
                        double c2 = 0.9, int max_iterations = 25);

// The minimum between smallest and largest of the cubic with these values and slopes at a and b.
double cubic_minimum(const LinePoint& a, const LinePoint& b, double smallest, double largest);

}  // namespace gradtape::optim
