#include "gradtape/nn/utils/convert_parameters.h"

#include "gradtape/ops/join.h"

namespace gradtape::nn::utils {

Tensor parameters_to_vector(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> parts;
  parts.reserve(parameters.size());
  for (const Tensor& parameter : parameters) parts.push_back(parameter.reshape(-1));
  return cat(parts);
}

void vector_to_parameters(const Tensor& vector, const std::vector<Tensor>& parameters) {
  int64_t count = 0;
  for (const Tensor& parameter : parameters) count += parameter.numel();
  GRADTAPE_CHECK(vector.dim() == 1 && vector.numel() == count,
                 "vector_to_parameters: vector must have the parameters' elements (", count,
                 "); got vector ", vector.sizes());
  int64_t begin = 0;
  for (const Tensor& parameter : parameters) {
    const int64_t end = begin + parameter.numel();
    parameter.set_data(vector.slice(0, begin, end).view(parameter.sizes()).data());
    begin = end;
  }
}

}  // namespace gradtape::nn::utils
