#pragma once

#include <cstdint>

#include "gradtape/core/arg.h"

namespace gradtape::nn {

/// hidden_size is the size of h and c. With batch_first sequences are [batch, steps, features],
/// else [steps, batch, features]. dropout acts between layers. proj_size must be 0.
struct LSTMOptions {
  LSTMOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  GRADTAPE_ARG(int64_t, input_size);
  GRADTAPE_ARG(int64_t, hidden_size);
  GRADTAPE_ARG(int64_t, num_layers) = 1;
  GRADTAPE_ARG(bool, bias) = true;
  GRADTAPE_ARG(bool, batch_first) = false;
  GRADTAPE_ARG(double, dropout) = 0.0;
  GRADTAPE_ARG(bool, bidirectional) = false;
  GRADTAPE_ARG(int64_t, proj_size) = 0;
};

struct LSTMCellOptions {
  LSTMCellOptions(int64_t input_size, int64_t hidden_size)
      : input_size_(input_size), hidden_size_(hidden_size) {}
  GRADTAPE_ARG(int64_t, input_size);
  GRADTAPE_ARG(int64_t, hidden_size);
  GRADTAPE_ARG(bool, bias) = true;
};

}  // namespace gradtape::nn
