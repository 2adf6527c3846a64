#include <limits>

#include "autograd/gradient_table.h"

#include "gradtape/ops/loss.h"
#include "gradtape/ops/reduce.h"
#include "gradtape/ops/softmax.h"
#include "gradtape/ops/sort.h"

namespace gradtape::testing {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

// Values that differ from each other by more than finite differences move them.
Tensor distinct(IntArrayRef sizes) {
  Tensor x = zeros(sizes, kFloat64);
  for (int64_t i = 0; i < x.numel(); ++i) {
    x.data_ptr<double>()[i] = static_cast<double>(i * 7 % 23) * 0.3 - 2.95;
  }
  return x;
}

// Axis 1 may be reduced in all of them.
std::vector<Sample> tables(double low = -2, double high = 2, double avoid = 0) {
  const auto make = [&](IntArrayRef sizes) { return values(sizes, low, high, avoid); };
  return {
      {"matrix", {make({2, 3})}},
      {"one column", {make({3, 1})}},
      {"no row", {make({0, 3})}},
      {"transposed", {make({3, 2}).transpose(0, 1).detach()}},
      {"every second column", {make({2, 6}).slice(1, 1, std::nullopt, 2).detach()}},
      {"rank 3", {make({2, 3, 2})}},
      {"longer than a vector register", {make({2, 37})}},
  };
}

// At least two elements, as a variance needs.
std::vector<Sample> several(double low = -2, double high = 2, double avoid = 0) {
  return {
      {"vector", {values({5}, low, high, avoid)}},
      {"matrix", {values({2, 3}, low, high, avoid)}},
      {"transposed", {values({3, 2}, low, high, avoid).transpose(0, 1).detach()}},
      {"rank 3", {values({2, 3, 2}, low, high, avoid)}},
  };
}

std::vector<Sample> without_ties() {
  return {
      {"vector", {distinct({5})}},
      {"matrix", {distinct({2, 3})}},
      {"transposed", {distinct({3, 2}).transpose(0, 1).detach()}},
      {"rank 3", {distinct({2, 3, 2})}},
  };
}

std::vector<Sample> without_ties_along_1() {
  std::vector<Sample> samples = without_ties();
  samples.erase(samples.begin());
  return samples;
}

Tensor with_zeros() {
  return tensor({{1.5, 0., 3., 1.}, {0., 2., 0., -1.}, {1.2, -0.5, 2., 0.7}}, kFloat64);
}

std::vector<Sample> products() {
  std::vector<Sample> samples = several(0.5, 2);
  samples.push_back({"zeros", {with_zeros()}});
  samples.push_back({"one zero", {with_zeros().slice(0, 0, 1).detach()}});
  return samples;
}

std::vector<Sample> pairs() {
  return {
      {"matrix", {values({2, 3}), values({2, 3})}},
      {"vector", {values({4}), values({4})}},
      {"0-d", {values({}), values({})}},
      {"transposed", {values({2, 3}), values({3, 2}).transpose(0, 1).detach()}},
      {"the same tensor twice", {values({2, 3})}, true},
  };
}

// Differences stay away from 0.
std::vector<Sample> apart() {
  return {{"matrix", {values({2, 3}, 1, 2), values({2, 3}, -1, 0.5)}},
          {"row", {values({2, 3}, 1, 2), values({3}, -1, 0.5)}}};
}

std::vector<Sample> likelihoods() {
  return {
      {"matrix", {values({4, 3}), tensor({2, 0, 1, 2})}},
      {"transposed", {values({3, 4}).transpose(0, 1).detach(), tensor({2, 0, 1, 2})}},
      {"vector", {values({3}), tensor(2)}},
      {"image", {values({2, 3, 2}), tensor({{0, 1}, {2, 2}})}},
  };
}

std::vector<Sample> chances() {
  return {{"matrix", {values({2, 3}, 0.1, 0.9), values({2, 3}, 0.1, 0.9)}},
          {"vector", {values({4}, 0.1, 0.9), values({4}, 0.1, 0.9)}}};
}

std::vector<Sample> logits() {
  return {{"matrix", {values({2, 3}, -2, 2, 4), values({2, 3}, 0.1, 0.9)}}};
}

Tensor weights(const Tensor& like) { return tensor({0.5, 2., 1.}, like.dtype()); }

template <int64_t reduction>
Inputs nll(const Inputs& x) {
  return {nll_loss(x[0], x[1], weights(x[0]), reduction, 1),
          nll_loss_nd(x[0], x[1], {}, reduction)};
}

template <int64_t reduction>
Inputs entropy(const Inputs& x) {
  return {cross_entropy_loss(x[0], x[1], {}, reduction),
          cross_entropy_loss(x[0], x[1], weights(x[0]), reduction, 1),
          cross_entropy_loss(x[0], x[1], weights(x[0]), reduction, -100, 0.1)};
}

const GradientEntry kEntries[] = {
    {"sum", [](const Inputs& x) { return Inputs{sum(x[0])}; }, unary()},
    {"sum",
     [](const Inputs& x) {
       return Inputs{sum(x[0], 1), sum(x[0], {-1, 0}, true)};
     },
     tables()},
    {"sum_to_size",
     [](const Inputs& x) {
       return Inputs{sum_to_size(x[0], {2, 1})};
     },
     {{"rank 3", {values({3, 2, 4})}}, {"matrix", {values({2, 3})}}, {"same", {values({2, 1})}}}},
    {"mean", [](const Inputs& x) { return Inputs{mean(x[0])}; }, several()},
    {"mean",
     [](const Inputs& x) {
       return Inputs{mean(x[0], 1), mean(x[0], {1}, true)};
     },
     tables()},
    {"prod", [](const Inputs& x) { return Inputs{prod(x[0])}; }, products()},
    {"prod",
     [](const Inputs& x) {
       return Inputs{prod(x[0], -1), prod(x[0], 0, true)};
     },
     products()},
    {"var",
     [](const Inputs& x) {
       return Inputs{var(x[0]), var(x[0], IntArrayRef(-1), false, true)};
     },
     several()},
    {"std",
     [](const Inputs& x) {
       return Inputs{gradtape::std(x[0]), gradtape::std(x[0], IntArrayRef(-1))};
     },
     without_ties()},
    {"var_mean",
     [](const Inputs& x) {
       const auto [spread, center] = var_mean(x[0], IntArrayRef(-1));
       return Inputs{spread, center};
     },
     several()},
    {"std_mean",
     [](const Inputs& x) {
       const auto [spread, center] = std_mean(x[0]);
       return Inputs{spread, center};
     },
     several()},
    {"norm",
     [](const Inputs& x) {
       return Inputs{norm(x[0]), norm(x[0], 2, -1)};
     },
     several()},
    {"norm",
     [](const Inputs& x) {
       return Inputs{norm(x[0], 1), norm(x[0], 1, -1, true)};
     },
     several(-2, 2, 4)},
    {"norm",
     [](const Inputs& x) {
       return Inputs{norm(x[0], 3), norm(x[0], 1.5, -1)};
     },
     several(0.3, 2)},
    {"norm",
     [](const Inputs& x) {
       return Inputs{norm(x[0], 0.5), norm(x[0], -1, 0)};
     },
     several(0.3, 2)},
    {"norm",
     [](const Inputs& x) {
       return Inputs{norm(x[0], kInf), norm(x[0], -kInf, 0)};
     },
     without_ties()},
    {"logsumexp", [](const Inputs& x) { return Inputs{logsumexp(x[0], 1)}; }, tables()},
    {"max", [](const Inputs& x) { return Inputs{max(x[0])}; }, without_ties()},
    {"min", [](const Inputs& x) { return Inputs{min(x[0])}; }, without_ties()},
    {"max",
     [](const Inputs& x) {
       return Inputs{std::get<0>(max(x[0], 1)), std::get<0>(max(x[0], 0, true))};
     },
     without_ties_along_1()},
    {"min",
     [](const Inputs& x) {
       return Inputs{std::get<0>(min(x[0], 1)), std::get<0>(min(x[0], 0, true))};
     },
     without_ties_along_1()},
    {"amax",
     [](const Inputs& x) {
       return Inputs{amax(x[0]), amax(x[0], 1, true)};
     },
     without_ties_along_1()},
    {"amin",
     [](const Inputs& x) {
       return Inputs{amin(x[0]), amin(x[0], {1, 0})};
     },
     without_ties_along_1()},
    {"cumsum",
     [](const Inputs& x) {
       return Inputs{cumsum(x[0], 1), cumsum(x[0], 0)};
     },
     tables()},
    {"softmax",
     [](const Inputs& x) {
       return Inputs{softmax(x[0], 1), softmax(x[0], 0)};
     },
     tables()},
    {"log_softmax",
     [](const Inputs& x) {
       return Inputs{log_softmax(x[0], 1), log_softmax(x[0], 0)};
     },
     tables()},
    {"sort", [](const Inputs& x) { return Inputs{std::get<0>(sort(x[0], -1, true))}; },
     without_ties()},
    {"topk", [](const Inputs& x) { return Inputs{std::get<0>(topk(x[0], 2))}; }, without_ties()},
    {"nll_loss, nll_loss_nd", nll<Reduction::Mean>, likelihoods()},
    {"nll_loss, nll_loss_nd", nll<Reduction::None>, likelihoods()},
    {"cross_entropy_loss", entropy<Reduction::Sum>, likelihoods()},
    {"cross_entropy_loss", entropy<Reduction::Mean>, likelihoods()},
    {"cross_entropy_loss", entropy<Reduction::None>, likelihoods()},
    {"cross_entropy_loss",
     [](const Inputs& x) { return Inputs{cross_entropy_loss(x[0], x[1])}; },
     {{"probabilities", {values({2, 3}), values({2, 3}, 0.1, 0.9)}}}},
    {"mse_loss",
     [](const Inputs& x) {
       return Inputs{mse_loss(x[0], x[1]), mse_loss(x[0], x[1], Reduction::None)};
     },
     pairs()},
    {"l1_loss", [](const Inputs& x) { return Inputs{l1_loss(x[0], x[1])}; }, apart()},
    {"binary_cross_entropy",
     [](const Inputs& x) { return Inputs{binary_cross_entropy(x[0], x[1])}; }, chances(), 1e-3},
    {"binary_cross_entropy_with_logits",
     [](const Inputs& x) { return Inputs{binary_cross_entropy_with_logits(x[0], x[1])}; },
     logits()},
};
const AddToGradientTable kAdd(kEntries);

}  // namespace
}  // namespace gradtape::testing
