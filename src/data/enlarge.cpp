#include <algorithm>
#include <vector>

#include "gradtape/core/error.h"
#include "gradtape/data/datasets/idx.h"
#include "gradtape/ops/factory.h"

namespace gradtape::data::datasets {
namespace {

// Where an output pixel lies between two input pixels of a row or column.
struct Between {
  int64_t low, high;
  float weight;  // of high
};

std::vector<Between> places(int64_t from, int64_t to) {
  std::vector<Between> result(to);
  const float scale = static_cast<float>(from) / static_cast<float>(to);
  for (int64_t i = 0; i < to; ++i) {
    const float place = std::max((static_cast<float>(i) + 0.5f) * scale - 0.5f, 0.0f);
    const auto low = std::min(static_cast<int64_t>(place), from - 1);
    result[i] = {low, std::min(low + 1, from - 1), place - static_cast<float>(low)};
  }
  return result;
}

float mix(float low, float high, float weight) { return low * (1 - weight) + high * weight; }

}  // namespace

Tensor enlarge(const Tensor& images, int64_t side) {
  GRADTAPE_CHECK(
      images.dtype() == kFloat32 && images.dim() >= 2 && images.size(-1) > 0 && images.size(-2) > 0,
      "enlarge: images must be Float [..., H, W] with pixels; got ", images.dtype(), " ",
      images.sizes());
  GRADTAPE_CHECK(side > 0, "enlarge: the side must be at least 1; got ", side);
  const int64_t height = images.size(-2), width = images.size(-1);
  if (height == side && width == side) return images;
  DimVector sizes(images.sizes());
  sizes[sizes.size() - 2] = sizes[sizes.size() - 1] = side;
  Tensor result = empty(sizes, kFloat32);
  const Tensor source = images.contiguous();
  const std::vector<Between> rows = places(height, side), columns = places(width, side);
  float* out = result.data_ptr<float>();
  for (int64_t image = 0; image < source.numel() / (height * width); ++image) {
    const float* in = source.data_ptr<float>() + image * height * width;
    for (const Between& row : rows)
      for (const Between& column : columns)
        *out++ = mix(
            mix(in[row.low * width + column.low], in[row.low * width + column.high], column.weight),
            mix(in[row.high * width + column.low], in[row.high * width + column.high],
                column.weight),
            row.weight);
  }
  return result;
}

}  // namespace gradtape::data::datasets
