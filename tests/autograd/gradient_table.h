#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gradtape/gradtape.h"

// The table of every differentiable op. A family adds its ops in gradients_<family>.cpp:
//
//     const GradientEntry kEntries[] = {
//         {"exp", [](const Inputs& x) { return Inputs{exp(x[0])}; }, unary()},
//     };
//     const AddToGradientTable kAdd(kEntries);
//
// and one loop (test_gradients.cpp) checks first and second order, row-major and transposed, and
// float against double, over all samples of all entries.
namespace gradtape::testing {

using Inputs = variable_list;

// float64 values; inputs of another dtype (indices, masks) are passed as they are. A sample with
// `twice` hands the same tensor to the op for its first two inputs.
struct Sample {
  std::string what;
  Inputs inputs;
  bool twice = false;
};

struct GradientEntry {
  std::string
      op;  // the public name, as in the headers; one entry may stand for several: "sub, rsub"
  autograd::GradcheckFunction f;
  std::vector<Sample> samples;
  // Relative to the largest value: what float32 may lose on these samples against float64.
  double float_tolerance = 1e-4;
};

std::vector<GradientEntry>& gradient_table();

struct AddToGradientTable {
  template <size_t N>
  explicit AddToGradientTable(const GradientEntry (&entries)[N]) {
    gradient_table().insert(gradient_table().end(), entries, entries + N);
  }
};

// Reproducible values in [low, high), at least `gap` away from every multiple of `avoid`, where
// kinks are (avoid = 0: anywhere).
Tensor values(IntArrayRef sizes, double low = -2, double high = 2, double avoid = 0,
              double gap = 0.05);

// Shapes that every op of one tensor is tried with: [], [1], [0, 3], [5], [2, 3], transposed,
// sliced with a step, [2, 3, 4].
std::vector<Sample> unary(double low = -2, double high = 2, double avoid = 0);

// Broadcast patterns that every op of two tensors is tried with, and the same tensor twice; b's
// values may have another range (a divisor stays away from 0).
std::vector<Sample> binary(double low = -2, double high = 2, double b_low = -2, double b_high = 2,
                           double avoid = 0);

}  // namespace gradtape::testing
