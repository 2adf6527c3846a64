#pragma once

#include <cstdint>
#include <optional>

#include "gradtape/core/arg.h"
#include "gradtape/ops/tensor.h"

namespace gradtape::nn {

struct EmbeddingOptions {
  EmbeddingOptions(int64_t num_embeddings, int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  GRADTAPE_ARG(int64_t, num_embeddings);
  GRADTAPE_ARG(int64_t, embedding_dim);
  /// This row starts as zeros and gets no gradient.
  GRADTAPE_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
  /// Rows that are looked up are first shrunk to this norm.
  GRADTAPE_ARG(std::optional<double>, max_norm) = std::nullopt;
  GRADTAPE_ARG(double, norm_type) = 2.;
  GRADTAPE_ARG(bool, scale_grad_by_freq) = false;
  GRADTAPE_ARG(bool, sparse) = false;
  GRADTAPE_ARG(Tensor, _weight) = Tensor();
};

struct EmbeddingFromPretrainedOptions {
  GRADTAPE_ARG(bool, freeze) = true;
  GRADTAPE_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
  GRADTAPE_ARG(std::optional<double>, max_norm) = std::nullopt;
  GRADTAPE_ARG(double, norm_type) = 2.;
  GRADTAPE_ARG(bool, scale_grad_by_freq) = false;
  GRADTAPE_ARG(bool, sparse) = false;
};

namespace functional {
struct EmbeddingFuncOptions {
  GRADTAPE_ARG(std::optional<int64_t>, padding_idx) = std::nullopt;
  GRADTAPE_ARG(std::optional<double>, max_norm) = std::nullopt;
  GRADTAPE_ARG(double, norm_type) = 2.;
  GRADTAPE_ARG(bool, scale_grad_by_freq) = false;
  GRADTAPE_ARG(bool, sparse) = false;
};
}  // namespace functional
}  // namespace gradtape::nn
