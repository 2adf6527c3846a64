#include "gradtape/ops/embedding.h"

#include "autograd/op_node.h"
#include "kernels/base/array.h"
#include "kernels/indexing/lookup.h"

#include "gradtape/ops/arithmetic.h"

namespace gradtape {
namespace {

using namespace autograd;

// Each index times stride. Throws: Error if one is not a row of weight, whose sizes are given.
std::vector<int64_t> rows_of(const Tensor& indices, int64_t rows, int64_t columns,
                             int64_t stride = 1) {
  return kernels::positions_of(indices, rows, stride, [&](int64_t row) {
    detail::fail("embedding: index out of range in self: index ", row,
                 " is out of bounds for weight ", DimVector{rows, columns});
  });
}

kernels::Lookup lookup_rows(const Tensor& weight, const Tensor& indices) {
  kernels::Lookup lookup;
  lookup.positions = rows_of(indices, weight.sizes()[0], weight.sizes()[1], weight.strides()[0]);
  lookup.after_sizes = {weight.sizes()[1]};
  lookup.after_strides = {weight.strides()[1]};
  return lookup;
}

Tensor read_rows(const Tensor& weight, const Tensor& indices) {
  DimVector sizes = indices.impl().sizes();
  sizes.push_back(weight.sizes()[1]);
  return kernels::read(weight, lookup_rows(weight, indices), std::move(sizes));
}

struct Lookup {
  int64_t rows, padding_idx;
  bool scale_grad_by_freq;

  bool plain() const { return padding_idx < 0 && !scale_grad_by_freq; }

  // What the gradient of each use is multiplied with.
  //
  // Shapes: indices [*] -> [*, 1].
  Tensor factors(const Tensor& indices, int64_t columns, ScalarType dtype) const {
    const std::vector<int64_t> numbers = rows_of(indices, rows, columns);
    std::vector<int64_t> uses(scale_grad_by_freq ? rows : 0);
    if (scale_grad_by_freq) {
      for (const int64_t row : numbers) ++uses[row];
    }
    DimVector sizes = indices.impl().sizes();
    sizes.push_back(1);
    const Tensor result = kernels::make_array(std::move(sizes), dtype);
    visit_floating(dtype, "embedding", [&]<class T>(TypeTag<T>) {
      T* to = reinterpret_cast<T*>(result.impl().data());
      for (size_t i = 0; i < numbers.size(); ++i) {
        const int64_t row = numbers[i];
        const T scale = scale_grad_by_freq ? T(1) / static_cast<T>(uses[row]) : T(1);
        to[i] = row == padding_idx ? T(0) : scale;
      }
    });
    return result;
  }
};

struct SumRows;

// Inputs weight, indices.
struct Embedding {
  static constexpr const char* name = "EmbeddingBackward0";
  static constexpr Reads reads[] = {kInput1, kNothing};
  Lookup options;
  Tensor forward(const Tensor& weight, const Tensor& indices) const {
    return read_rows(weight, indices);
  }
  Tensor vjp(int, const Tensor& grad, const Saved& saved) const;
};

// The rows of grad summed where indices send them.
struct SumRows {
  static constexpr const char* name = "EmbeddingDenseBackwardBackward0";
  static constexpr Reads reads[] = {kInput1, kNothing};
  int64_t rows;
  Tensor forward(const Tensor& grad, const Tensor& indices) const {
    Tensor result = kernels::make_zeros({rows, grad.sizes().back()}, grad.dtype());
    kernels::write(result, lookup_rows(result, indices), kernels::dense(grad),
                   /*accumulate=*/true);
    return result;
  }
  Tensor vjp(int, const Tensor& grad, const Saved& saved) const {
    return apply(Embedding{{rows, -1, false}}, grad, saved.input(1));
  }
};

Tensor Embedding::vjp(int, const Tensor& grad, const Saved& saved) const {
  const Tensor indices = saved.input(1);
  const Tensor weighted =
      options.plain() ? grad : grad * options.factors(indices, grad.sizes().back(), grad.dtype());
  return apply(SumRows{options.rows}, weighted, indices);
}

}  // namespace

Tensor embedding(const Tensor& weight, const Tensor& indices, int64_t padding_idx,
                 bool scale_grad_by_freq) {
  GRADTAPE_CHECK(weight.dim() == 2, "embedding: 'weight' must be 2-D; got weight ", weight.sizes());
  GRADTAPE_CHECK(indices.dtype() == kInt64 || indices.dtype() == kInt32,
                 "Expected tensor for argument #1 'indices' to have one of the following scalar "
                 "types: Long, Int; but got ",
                 indices.toString(), " instead (while checking arguments for embedding)");
  return apply(Embedding{{weight.sizes()[0], padding_idx, scale_grad_by_freq}}, weight, indices);
}

}  // namespace gradtape
