#include "kernels/reduce/plan.h"

#include <limits>

namespace gradtape::kernels {
namespace {

struct Axis {
  int64_t size, in, out;
};

// Outermost first. An axis of stride 0 repeats what the others hold, so it goes outside them.
bool outside(const Axis& a, const Axis& b) {
  constexpr int64_t kFar = std::numeric_limits<int64_t>::max();
  return (a.in == 0 ? kFar : a.in) > (b.in == 0 ? kFar : b.in);
}

// Sorts and merges the axes in place; returns how many are left.
size_t collapse(Axis* axes, size_t count) {
  for (size_t i = 1; i < count; ++i) {
    for (size_t j = i; j > 0 && outside(axes[j], axes[j - 1]); --j) std::swap(axes[j], axes[j - 1]);
  }
  size_t last = 0;
  for (size_t i = 1; i < count; ++i) {
    if (axes[last].in == axes[i].in * axes[i].size &&
        axes[last].out == axes[i].out * axes[i].size) {
      axes[last] = {axes[last].size * axes[i].size, axes[i].in, axes[i].out};
    } else {
      axes[++last] = axes[i];
    }
  }
  return count == 0 ? 0 : last + 1;
}

}  // namespace

ReducePlan make_plan(const TensorBase& input, AxisMask axes) {
  const DimVector& sizes = input.impl().sizes();
  const DimVector& strides = input.impl().strides();
  Axis kept[64], reduced[64];
  size_t num_kept = 0, num_reduced = 0;
  ReducePlan plan;
  int64_t out = 1;
  for (size_t i = sizes.size(); i-- > 0;) {
    const bool reduce = axes >> i & 1;
    (reduce ? plan.num_reduced : plan.num_kept) *= sizes[i];
    if (reduce) {
      if (sizes[i] != 1) reduced[num_reduced++] = {sizes[i], strides[i], 0};
    } else {
      if (sizes[i] != 1) kept[num_kept++] = {sizes[i], strides[i], out};
      out *= sizes[i];
    }
  }
  // Collected innermost first.
  std::reverse(kept, kept + num_kept);
  std::reverse(reduced, reduced + num_reduced);
  num_kept = collapse(kept, num_kept);
  num_reduced = collapse(reduced, num_reduced);
  for (size_t i = 0; i < num_kept; ++i) {
    plan.kept.push_back(kept[i].size);
    plan.kept_in.push_back(kept[i].in);
    plan.kept_out.push_back(kept[i].out);
  }
  for (size_t i = 0; i < num_reduced; ++i) {
    plan.reduced.push_back(reduced[i].size);
    plan.reduced_in.push_back(reduced[i].in);
  }
  return plan;
}

DimVector reduced_sizes(const TensorBase& input, AxisMask axes, bool keepdim) {
  DimVector result;
  const DimVector& sizes = input.impl().sizes();
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (!(axes >> i & 1)) {
      result.push_back(sizes[i]);
    } else if (keepdim) {
      result.push_back(1);
    }
  }
  return result;
}

int64_t reduced_count(const TensorBase& input, AxisMask axes) {
  int64_t count = 1;
  const DimVector& sizes = input.impl().sizes();
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (axes >> i & 1) count *= sizes[i];
  }
  return count;
}

}  // namespace gradtape::kernels
