#pragma once

#include <functional>
#include <utility>

#include "gradtape/core/array_ref.h"
#include "gradtape/data/example.h"
#include "gradtape/data/transforms/base.h"

namespace gradtape::data::transforms {

/// A change of an example's data, written as operator() of a derived class.
template <class Target = Tensor>
class TensorTransform : public Transform<Example<Tensor, Target>, Example<Tensor, Target>> {
 public:
  virtual Tensor operator()(Tensor input) = 0;

  Example<Tensor, Target> apply(Example<Tensor, Target> input) override {
    input.data = (*this)(std::move(input.data));
    return input;
  }
};

/// A function of an example's data as a transform.
template <class Target = Tensor>
class TensorLambda : public TensorTransform<Target> {
 public:
  using FunctionType = std::function<Tensor(Tensor)>;

  explicit TensorLambda(FunctionType function) : function_(std::move(function)) {}
  Tensor operator()(Tensor input) override { return function_(std::move(input)); }

 private:
  FunctionType function_;
};

namespace detail {
// One value per channel, [C, 1, 1].
Tensor per_channel(ArrayRef<double> values);
}  // namespace detail

/// (x - mean) / stddev for each channel, or with one value for all.
///
/// Shapes: data [C, H, W]; mean and stddev C values or one.
template <class Target = Tensor>
struct Normalize : public TensorTransform<Target> {
  using Stackable = Normalize;

  Normalize(ArrayRef<double> mean, ArrayRef<double> stddev)
      : mean(detail::per_channel(mean)), stddev(detail::per_channel(stddev)) {}

  Tensor operator()(Tensor input) override { return input.sub(mean).div(stddev); }
  Example<Tensor, Target> apply_stacked(Example<Tensor, Target> batch) {
    // Against [C, 1, 1] one example of lower rank is broadcast to three dimensions.
    while (batch.data.dim() < 4) batch.data = batch.data.unsqueeze(1);
    batch.data = batch.data.sub(mean).div_(stddev);
    return batch;
  }

  Tensor mean, stddev;
};

}  // namespace gradtape::data::transforms
