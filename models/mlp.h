#pragma once

#include <string>
#include <vector>

#include "gradtape/nn/modules/linear.h"
#include "gradtape/ops/activation.h"

namespace gradtape::models {

/// A multilayer perceptron: linear layers with relu between them, for images or plain vectors.
///
/// Shapes: x [N, *] with the product of * being sizes[0] -> logits [N, sizes.back()].
/// Throws: Error if there are fewer than two sizes.
class MLPImpl : public nn::Module {
 public:
  explicit MLPImpl(std::vector<int64_t> sizes = {784, 256, 128, 10}) {
    GRADTAPE_CHECK(sizes.size() >= 2, "MLP: sizes must be at least two; got ", sizes.size());
    for (size_t i = 0; i + 1 < sizes.size(); ++i) {
      const std::string name = "fc" + std::to_string(i + 1);
      layers.push_back(register_module(name, nn::Linear(sizes[i], sizes[i + 1])));
    }
  }

  Tensor forward(const Tensor& x) {
    Tensor y = layers[0](x.flatten(1));
    for (size_t i = 1; i < layers.size(); ++i) y = layers[i](relu(y));
    return y;
  }

  std::vector<nn::Linear> layers;  // fc1, fc2, ...
};
GRADTAPE_MODULE(MLP);

}  // namespace gradtape::models
