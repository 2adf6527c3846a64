#pragma once

#include <utility>

#include "kernels/reduce/plan.h"

// Reductions of any axes of arrays of any strides. Every result is fresh and contiguous; sizes is
// the shape it is given, of as many elements as are kept.
namespace gradtape::kernels {

// Of floating point in dtype, which must be the input's; of integers and bools in int64.
TensorBase sum(const TensorBase& input, AxisMask axes, DimVector sizes);
TensorBase prod(const TensorBase& input, AxisMask axes, DimVector sizes);
// The sum divided by the number of elements summed; floating point only.
TensorBase mean(const TensorBase& input, AxisMask axes, DimVector sizes);
// The sum of squared distances from mean, shaped as the result, over count.
TensorBase variance(const TensorBase& input, AxisMask axes, DimVector sizes, const TensorBase& mean,
                    double count);
// log(sum(exp(input))), without overflow.
TensorBase logsumexp(const TensorBase& input, AxisMask axes, DimVector sizes);
// (sum |x|^p)^(1/p); p may be 0 (how many are not 0) and plus or minus infinity (extreme |x|).
TensorBase norm(const TensorBase& input, double p, AxisMask axes, DimVector sizes);

// NaN wherever there is one. At least one element must be reduced.
TensorBase amax(const TensorBase& input, AxisMask axes, DimVector sizes);
TensorBase amin(const TensorBase& input, AxisMask axes, DimVector sizes);
// Values and, in int64, where along the axis they are: the first of equals, the first NaN.
std::pair<TensorBase, TensorBase> max_with_index(const TensorBase& input, int64_t axis,
                                                 DimVector sizes);
std::pair<TensorBase, TensorBase> min_with_index(const TensorBase& input, int64_t axis,
                                                 DimVector sizes);
// Position in row-major order.
int64_t argmax(const TensorBase& input);
int64_t argmin(const TensorBase& input);

// bool, of uint8 uint8.
TensorBase all(const TensorBase& input, AxisMask axes, DimVector sizes);
TensorBase any(const TensorBase& input, AxisMask axes, DimVector sizes);
// Same dtype and sizes are required.
bool equal(const TensorBase& a, const TensorBase& b);
bool allclose(const TensorBase& a, const TensorBase& b, double rtol, double atol, bool equal_nan);

// Sums along axis of what comes before and the element itself, or comes after; integers in int64.
TensorBase cumsum(const TensorBase& input, int64_t axis, bool reverse);
// The product of all other elements along the axis; floating point only.
TensorBase prod_of_others(const TensorBase& input, int64_t axis);
// For each element along an axis the sum over the others j of grad_j times the product of all but
// these two: the gradient of prod_of_others.
TensorBase prod_of_pairs(const TensorBase& input, const TensorBase& grad, int64_t axis);

}  // namespace gradtape::kernels
