#pragma once

#include <algorithm>
#include <bit>

#include "kernels/base/array.h"
#include "kernels/base/parallel.h"

// Where the elements of a reduction lie: the axes that are kept and those that are reduced, sorted
// by stride and merged, so that a kernel sees few and long axes whatever the input's layout.
namespace gradtape::kernels {

// Bit i stands for axis i.
using AxisMask = uint64_t;

inline AxisMask all_axes(int64_t rank) {
  return rank >= 64 ? ~AxisMask{0} : (AxisMask{1} << rank) - 1;
}

struct ReducePlan {
  // Outermost first; the last axis is the one with the smallest stride.
  DimVector kept, kept_in, kept_out;
  DimVector reduced, reduced_in;
  int64_t num_kept = 1, num_reduced = 1;

  // The elements of the kept axes lie closer together than those of the reduced ones.
  bool by_columns() const {
    if (kept.empty() || reduced.empty() || kept.back() < 4) return false;
    return kept_in.back() < reduced_in.back() && kept_in.back() > 0;
  }
};

// The output is contiguous with the kept axes in the input's order.
ReducePlan make_plan(const TensorBase& input, AxisMask axes);

// Sizes of the result of reducing these axes.
DimVector reduced_sizes(const TensorBase& input, AxisMask axes, bool keepdim);

// Elements that are reduced into one.
int64_t reduced_count(const TensorBase& input, AxisMask axes);

// Walks over all positions of some axes, keeping the offsets into one or two arrays.
class Odometer {
 public:
  Odometer(const DimVector& sizes, size_t rank, const DimVector& a, const DimVector* b,
           int64_t start)
      : sizes_(sizes), a_(a), b_(b), index_(rank) {
    for (size_t i = rank; i-- > 0;) {
      index_[i] = start % sizes[i];
      start /= sizes[i];
      offset_ += index_[i] * a[i];
      if (b) offset_b_ += index_[i] * (*b)[i];
    }
  }
  int64_t offset() const { return offset_; }
  int64_t offset_b() const { return offset_b_; }
  void next() {
    for (size_t i = index_.size(); i-- > 0;) {
      offset_ += a_[i];
      if (b_) offset_b_ += (*b_)[i];
      if (++index_[i] < sizes_[i]) return;
      offset_ -= a_[i] * sizes_[i];
      if (b_) offset_b_ -= (*b_)[i] * sizes_[i];
      index_[i] = 0;
    }
  }

 private:
  const DimVector& sizes_;
  const DimVector& a_;
  const DimVector* b_;
  DimVector index_;
  int64_t offset_ = 0, offset_b_ = 0;
};

}  // namespace gradtape::kernels
