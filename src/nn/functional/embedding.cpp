#include "gradtape/nn/functional/embedding.h"

#include <cmath>
#include <set>

#include "gradtape/autograd/grad_mode.h"
#include "gradtape/ops/embedding.h"

namespace gradtape::nn::functional {

namespace {

// Shrinks the rows that input names to max_norm, if they are longer.
void renorm_rows(const Tensor& weight, const Tensor& input, double max_norm, double norm_type) {
  const NoGradGuard no_grad;
  const Tensor flat = input.to(kInt64).contiguous();
  const int64_t* indices = flat.data_ptr<int64_t>();
  for (const int64_t row : std::set<int64_t>(indices, indices + flat.numel())) {
    GRADTAPE_CHECK(row >= 0 && row < weight.size(0), "embedding: indices must be in [0, ",
                   weight.size(0), "); got ", row);
    Tensor values = weight.select(0, row);
    const double norm = values.norm(norm_type).item<double>();
    if (norm > max_norm) values.mul_(max_norm / (norm + 1e-7));
  }
}

}  // namespace

Tensor embedding(const Tensor& input, const Tensor& weight, const EmbeddingFuncOptions& options) {
  int64_t padding_idx = -1;
  if (options.padding_idx()) {
    padding_idx = *options.padding_idx();
    GRADTAPE_CHECK(padding_idx < weight.size(0) && padding_idx >= -weight.size(0),
                   "Padding_idx must be within num_embeddings (", weight.size(0), "); got ",
                   padding_idx);
    if (padding_idx < 0) padding_idx += weight.size(0);
  }
  GRADTAPE_CHECK(!options.sparse(), "embedding: sparse gradients are not supported");
  if (options.max_norm()) renorm_rows(weight, input, *options.max_norm(), options.norm_type());
  return gradtape::embedding(weight, input, padding_idx, options.scale_grad_by_freq());
}

}  // namespace gradtape::nn::functional
