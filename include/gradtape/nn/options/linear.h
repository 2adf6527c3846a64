#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gradtape/core/arg.h"

namespace gradtape::nn {

struct LinearOptions {
  LinearOptions(int64_t in_features, int64_t out_features)
      : in_features_(in_features), out_features_(out_features) {}
  GRADTAPE_ARG(int64_t, in_features);
  GRADTAPE_ARG(int64_t, out_features);
  GRADTAPE_ARG(bool, bias) = true;
};

struct FlattenOptions {
  GRADTAPE_ARG(int64_t, start_dim) = 1;
  GRADTAPE_ARG(int64_t, end_dim) = -1;
};

struct UnflattenOptions {
  UnflattenOptions(int64_t dim, std::vector<int64_t> sizes) : dim_(dim), sizes_(std::move(sizes)) {}
  GRADTAPE_ARG(int64_t, dim);
  GRADTAPE_ARG(std::vector<int64_t>, sizes);
};

}  // namespace gradtape::nn
