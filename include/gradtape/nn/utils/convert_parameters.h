#pragma once

#include <vector>

#include "gradtape/ops/tensor.h"

namespace gradtape::nn::utils {

/// All elements, one parameter after another, in one 1-d tensor.
Tensor parameters_to_vector(const std::vector<Tensor>& parameters);

/// Lets the parameters be views of a vector's parts, in order.
///
/// Throws: Error unless vector is 1-d and has as many elements as the parameters together.
void vector_to_parameters(const Tensor& vector, const std::vector<Tensor>& parameters);

}  // namespace gradtape::nn::utils
