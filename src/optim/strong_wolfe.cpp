#include "optim/strong_wolfe.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace gradtape::optim {

double cubic_minimum(const LinePoint& a, const LinePoint& b, double smallest, double largest) {
  const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t);
  const double square = d1 * d1 - a.slope * b.slope;
  const LinePoint& left = a.t <= b.t ? a : b;
  const LinePoint& right = a.t <= b.t ? b : a;
  const double d2 = std::sqrt(square);
  const double t = right.t - (right.t - left.t) *
                                 ((right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2));
  if (std::isnan(t)) return (smallest + largest) / 2;
  return std::min(std::max(t, smallest), largest);
}

namespace {

struct Bracket {
  LinePoint ends[2];
  int low;  // the end with the lower loss

  double smallest() const { return std::min(ends[0].t, ends[1].t); }
  double largest() const { return std::max(ends[0].t, ends[1].t); }
  void find_low() { low = ends[1].loss < ends[0].loss ? 1 : 0; }
};

// The next length to try in the bracket. near_end: the last one was close to an end of it.
double next_length(const Bracket& bracket, bool& near_end) {
  const double smallest = bracket.smallest(), largest = bracket.largest();
  const double t = cubic_minimum(bracket.ends[0], bracket.ends[1], smallest, largest);
  const double margin = 0.1 * (largest - smallest);
  if (std::min(largest - t, t - smallest) >= margin) {
    near_end = false;
    return t;
  }
  if (!near_end && t < largest && t > smallest) {
    near_end = true;
    return t;
  }
  near_end = false;
  return std::abs(t - largest) < std::abs(t - smallest) ? largest - margin : smallest + margin;
}

}  // namespace

LineSearch strong_wolfe(const std::function<LinePoint(double)>& at, const LinePoint& start,
                        double t, double reach, double tolerance_change, double c1, double c2,
                        int max_iterations) {
  const auto has_fallen = [&](const LinePoint& point) {
    return point.loss <= start.loss + c1 * point.t * start.slope;
  };
  const auto is_flat = [&](const LinePoint& point) {
    return std::abs(point.slope) <= -c2 * start.slope;
  };
  LinePoint before = start, point = at(t);
  int iterations = 0;
  // Goes on until a minimum must lie between two points.
  for (;; ++iterations) {
    if (iterations == max_iterations) {
      before = start;
      break;
    }
    if (!has_fallen(point) || (iterations > 1 && point.loss >= before.loss)) break;
    if (is_flat(point)) return {std::move(point), iterations + 1};
    if (point.slope >= 0) break;
    t = cubic_minimum(before, point, point.t + 0.01 * (point.t - before.t), point.t * 10);
    before = std::exchange(point, at(t));
  }
  Bracket bracket{{std::move(before), std::move(point)}, 0};
  bracket.find_low();
  bool near_end = false;
  // Narrows it down.
  for (; iterations < max_iterations; ++iterations) {
    if ((bracket.largest() - bracket.smallest()) * reach < tolerance_change) break;
    point = at(next_length(bracket, near_end));
    LinePoint& low = bracket.ends[bracket.low];
    LinePoint& high = bracket.ends[1 - bracket.low];
    if (!has_fallen(point) || !(point.loss < low.loss)) {
      high = std::move(point);
      bracket.find_low();
      continue;
    }
    if (is_flat(point)) return {std::move(point), iterations + 2};
    if (point.slope * (high.t - low.t) >= 0) high = std::move(low);
    low = std::move(point);
  }
  return {std::move(bracket.ends[bracket.low]), iterations + 1};
}

}  // namespace gradtape::optim
