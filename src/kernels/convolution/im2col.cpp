#include <algorithm>
#include <vector>

#include "core/checked.h"
#include "kernels/base/parallel.h"
#include "kernels/convolution/backends.h"
#include "kernels/gemm/gemm.h"

// The plain way, for f64: the windows of one image as a matrix, and a product.
namespace gradtape::kernels::im2col {
namespace {

struct Geometry {
  explicit Geometry(const Conv2dShape& s)
      : in(s.in_channels / s.groups),
        out(s.out_channels / s.groups),
        depth(in * s.kernel_h * s.kernel_w),
        pixels(s.out_h * s.out_w),
        image(s.height * s.width) {
    check_affordable(clamped_mul(depth, pixels), sizeof(double));
  }

  int64_t in, out;  // channels of one group
  int64_t depth;    // elements under one window
  int64_t pixels, image;
};

// Calls f(row, pixel, offset) for each element of the matrix [depth, pixels] whose place in the
// group's channels is inside the image.
template <class F>
void for_each_tap(const Conv2dShape& s, const F& f) {
  const Geometry g(s);
  int64_t row = 0;
  for (int64_t c = 0; c < g.in; ++c) {
    for (int64_t ky = 0; ky < s.kernel_h; ++ky) {
      for (int64_t kx = 0; kx < s.kernel_w; ++kx, ++row) {
        for (int64_t oy = 0; oy < s.out_h; ++oy) {
          const int64_t y = oy * s.stride_h - s.pad_top + ky * s.dilation_h;
          if (y < 0 || y >= s.height) continue;
          for (int64_t ox = 0; ox < s.out_w; ++ox) {
            const int64_t x = ox * s.stride_w - s.pad_left + kx * s.dilation_w;
            if (x < 0 || x >= s.width) continue;
            f(row, oy * s.out_w + ox, c * g.image + y * s.width + x);
          }
        }
      }
    }
  }
}

void unfold(const Conv2dShape& s, const double* channels, std::vector<double>& columns) {
  const Geometry g(s);
  columns.assign(g.depth * g.pixels, 0.0);
  for_each_tap(s, [&](int64_t row, int64_t pixel, int64_t offset) {
    columns[row * g.pixels + pixel] = channels[offset];
  });
}

}  // namespace

void conv2d(const Conv2dShape& s, const double* input, const double* weight, const double* bias,
            double* output) {
  const Geometry g(s);
  parallel_items(s.batch, s.work() / s.batch, [&](int64_t n) {
    std::vector<double> columns;
    for (int64_t group = 0; group < s.groups; ++group) {
      unfold(s, input + (n * s.groups + group) * g.in * g.image, columns);
      double* const out = output + (n * s.groups + group) * g.out * g.pixels;
      for (int64_t c = 0; c < g.out; ++c) {
        std::fill_n(out + c * g.pixels, g.pixels, bias ? bias[group * g.out + c] : 0.0);
      }
      gemm(Matrix<double>{weight + group * g.out * g.depth, g.out, g.depth, g.depth, 1},
           Matrix<double>{columns.data(), g.depth, g.pixels, g.pixels, 1}, out, g.pixels, 1, 1);
    }
  });
}

void conv2d_input_grad(const Conv2dShape& s, const double* grad, const double* weight,
                       double* input_grad) {
  const Geometry g(s);
  parallel_items(s.batch, s.work() / s.batch, [&](int64_t n) {
    std::vector<double> columns(g.depth * g.pixels);
    for (int64_t group = 0; group < s.groups; ++group) {
      const Matrix<double> kernel{weight + group * g.out * g.depth, g.out, g.depth, g.depth, 1};
      const double* const out = grad + (n * s.groups + group) * g.out * g.pixels;
      gemm(kernel.t(), Matrix<double>{out, g.out, g.pixels, g.pixels, 1}, columns.data(), g.pixels);
      double* const channels = input_grad + (n * s.groups + group) * g.in * g.image;
      std::fill_n(channels, g.in * g.image, 0.0);
      for_each_tap(s, [&](int64_t row, int64_t pixel, int64_t offset) {
        channels[offset] += columns[row * g.pixels + pixel];
      });
    }
  });
}

void conv2d_weight_grad(const Conv2dShape& s, const double* grad, const double* input,
                        double* weight_grad, double* bias_grad) {
  const Geometry g(s);
  std::vector<double> columns;
  for (int64_t n = 0; n < s.batch; ++n) {
    for (int64_t group = 0; group < s.groups; ++group) {
      unfold(s, input + (n * s.groups + group) * g.in * g.image, columns);
      const Matrix<double> windows{columns.data(), g.depth, g.pixels, g.pixels, 1};
      const double* const out = grad + (n * s.groups + group) * g.out * g.pixels;
      gemm(Matrix<double>{out, g.out, g.pixels, g.pixels, 1}, windows.t(),
           weight_grad + group * g.out * g.depth, g.depth, 1, n == 0 ? 0 : 1);
    }
  }
  if (!bias_grad) return;
  std::fill_n(bias_grad, s.out_channels, 0.0);
  for (int64_t i = 0; i < s.batch * s.out_channels; ++i) {
    double sum = 0;
    for (int64_t p = 0; p < g.pixels; ++p) sum += grad[i * g.pixels + p];
    bias_grad[i % s.out_channels] += sum;
  }
}

}  // namespace gradtape::kernels::im2col
