#include "gradtape/core/error.h"
#include "gradtape/data/transforms/stack.h"
#include "gradtape/data/transforms/tensor.h"
#include "gradtape/ops/factory.h"
#include "gradtape/ops/join.h"

namespace gradtape::data::transforms {

Example<> Stack<Example<>>::apply_batch(std::vector<Example<>> examples) {
  GRADTAPE_CHECK(!examples.empty(), "Stack: a batch must hold an example; got 0");
  std::vector<Tensor> data, targets;
  data.reserve(examples.size());
  targets.reserve(examples.size());
  for (Example<>& example : examples) {
    data.push_back(std::move(example.data));
    targets.push_back(std::move(example.target));
  }
  return {stack(data), stack(targets)};
}

TensorExample Stack<TensorExample>::apply_batch(std::vector<TensorExample> examples) {
  GRADTAPE_CHECK(!examples.empty(), "Stack: a batch must hold an example; got 0");
  std::vector<Tensor> data;
  data.reserve(examples.size());
  for (TensorExample& example : examples) data.push_back(std::move(example.data));
  return stack(data);
}

Tensor detail::per_channel(ArrayRef<double> values) {
  GRADTAPE_CHECK(!values.empty(), "Normalize: mean and stddev need a value each; got none");
  return tensor(values, kFloat32).unsqueeze(1).unsqueeze(2);
}

}  // namespace gradtape::data::transforms
