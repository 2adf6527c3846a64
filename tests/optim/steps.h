#pragma once

#include <array>
#include <memory>
#include <vector>

#include "gradtape/gradtape.h"

// Small runs of an optimizer that its tests share.
namespace steps {

inline gradtape::Tensor parameter(double value) {
  return gradtape::full({1}, value, gradtape::kFloat64).requires_grad_();
}

inline void step(gradtape::optim::Optimizer& optimizer, gradtape::Tensor& p, double grad) {
  p.mutable_grad() = gradtape::full({1}, grad, gradtape::kFloat64);
  optimizer.step();
}

inline gradtape::Tensor start_of(const gradtape::optim::problems::Problem& problem) {
  return gradtape::tensor({problem.start[0], problem.start[1]}, gradtape::kFloat64)
      .requires_grad_();
}

// How far p, the optimizer's parameter, is from the problem's first minimum after some steps.
inline double distance_after(gradtape::optim::Optimizer& optimizer, const gradtape::Tensor& p,
                             const gradtape::optim::problems::Problem& problem, int count) {
  for (int i = 0; i < count; ++i) {
    optimizer.step([&] {
      optimizer.zero_grad();
      gradtape::Tensor loss = problem.value(p);
      loss.backward();
      return loss;
    });
  }
  const auto& minimum = problem.minima[0];
  return (p.detach() - gradtape::tensor({minimum[0], minimum[1]}, gradtape::kFloat64))
      .abs()
      .max()
      .item<double>();
}

}  // namespace steps
