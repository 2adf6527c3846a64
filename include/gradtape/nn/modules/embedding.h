#pragma once

#include "gradtape/nn/cloneable.h"
#include "gradtape/nn/options/embedding.h"

namespace gradtape::nn {

/// A table of vectors, looked up by row.
///
/// Shapes: [*] of integers -> [*, embedding_dim]; weight [num_embeddings, embedding_dim].
/// Init:   standard normal; the row padding_idx 0.
/// Throws: Error if an index or padding_idx is out of range.
class EmbeddingImpl : public Cloneable<EmbeddingImpl> {
 public:
  EmbeddingImpl(int64_t num_embeddings, int64_t embedding_dim);
  explicit EmbeddingImpl(const EmbeddingOptions& options_);
  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;
  Tensor forward(const Tensor& indices);

  EmbeddingOptions options;
  Tensor weight;
};

class Embedding : public ModuleHolder<EmbeddingImpl> {
 public:
  using ModuleHolder<EmbeddingImpl>::ModuleHolder;
  /// With these rows, which training leaves as they are unless freeze is false.
  ///
  /// Throws: Error if embeddings is not 2-d.
  static Embedding from_pretrained(const Tensor& embeddings,
                                   const EmbeddingFromPretrainedOptions& options = {});
};

}  // namespace gradtape::nn
