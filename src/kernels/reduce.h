#pragma once

#include <utility>

#include "kernels/reduce_plan.h"

// Reductions of any axes of arrays of any strides. Every result is fresh and contiguous; sizes is
// the shape it is given, of as many elements as are kept.
namespace gradtape::kernels {

// Of floating point in dtype, which must be the input's; of integers and bools in int64.
Tensor sum(const Tensor& input, AxisMask axes, DimVector sizes);
Tensor prod(const Tensor& input, AxisMask axes, DimVector sizes);
// The sum divided by the number of elements summed; floating point only.
Tensor mean(const Tensor& input, AxisMask axes, DimVector sizes);
// The sum of squared distances from mean, shaped as the result, over count.
Tensor variance(const Tensor& input, AxisMask axes, DimVector sizes, const Tensor& mean,
                double count);
// log(sum(exp(input))), without overflow.
Tensor logsumexp(const Tensor& input, AxisMask axes, DimVector sizes);
// (sum |x|^p)^(1/p); p may be 0 (how many are not 0) and plus or minus infinity (extreme |x|).
Tensor norm(const Tensor& input, double p, AxisMask axes, DimVector sizes);

// NaN wherever there is one. At least one element must be reduced.
Tensor amax(const Tensor& input, AxisMask axes, DimVector sizes);
Tensor amin(const Tensor& input, AxisMask axes, DimVector sizes);
// Values and, in int64, where along the axis they are: the first of equals, the first NaN.
std::pair<Tensor, Tensor> max_with_index(const Tensor& input, int64_t axis, DimVector sizes);
std::pair<Tensor, Tensor> min_with_index(const Tensor& input, int64_t axis, DimVector sizes);
// Position in row-major order.
int64_t argmax(const Tensor& input);
int64_t argmin(const Tensor& input);

// bool, of uint8 uint8.
Tensor all(const Tensor& input, AxisMask axes, DimVector sizes);
Tensor any(const Tensor& input, AxisMask axes, DimVector sizes);
// Same dtype and sizes are required.
bool equal(const Tensor& a, const Tensor& b);
bool allclose(const Tensor& a, const Tensor& b, double rtol, double atol, bool equal_nan);

// Sums along axis of what comes before and the element itself, or comes after; integers in int64.
Tensor cumsum(const Tensor& input, int64_t axis, bool reverse);
// The product of all other elements along the axis; floating point only.
Tensor prod_of_others(const Tensor& input, int64_t axis);
// For each element along an axis the sum over the others j of grad_j times the product of all but
// these two: the gradient of prod_of_others.
Tensor prod_of_pairs(const Tensor& input, const Tensor& grad, int64_t axis);

}  // namespace gradtape::kernels
