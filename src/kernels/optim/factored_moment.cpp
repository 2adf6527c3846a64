#include "kernels/optim/factored_moment.h"

#include <cmath>
#include <vector>

#include "kernels/base/parallel.h"

namespace gradtape::kernels {

namespace {

struct Matrices {
  explicit Matrices(const TensorBase& grad)
      : rows(grad.size(-2)), columns(grad.size(-1)), count(grad.numel() / (rows * columns)) {}
  int64_t rows, columns, count;
};

// Sum of squares; double for the sum of float's, in lanes that keep the loop vectorized.
template <class T>
double sum_of_squares(const T* x, int64_t n) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; ++i) sum += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  return sum;
}

template <class T>
void average(const T* grad, const Matrices& size, double keep, double eps, T* row, T* col) {
  const auto blend = [=](T& mean, double sum, int64_t n) {
    mean = static_cast<T>(keep * static_cast<double>(mean) +
                          (1 - keep) * (sum / static_cast<double>(n) + eps));
  };
  parallel_items(size.count * size.rows, size.columns, [&](int64_t i) {
    blend(row[i], sum_of_squares(grad + i * size.columns, size.columns), size.columns);
  });
  // A block of columns at a time, all rows of it.
  constexpr int64_t kBlock = 256;
  const int64_t blocks = (size.columns + kBlock - 1) / kBlock;
  parallel_items(size.count * blocks, size.rows * kBlock, [&](int64_t item) {
    const int64_t matrix = item / blocks, begin = item % blocks * kBlock;
    const int64_t n = begin + kBlock < size.columns ? kBlock : size.columns - begin;
    double sums[kBlock] = {};
    const T* from = grad + matrix * size.rows * size.columns + begin;
    for (int64_t i = 0; i < size.rows; ++i, from += size.columns) {
#pragma omp simd
      for (int64_t j = 0; j < n; ++j)
        sums[j] += static_cast<double>(from[j]) * static_cast<double>(from[j]);
    }
    for (int64_t j = 0; j < n; ++j)
      blend(col[matrix * size.columns + begin + j], sums[j], size.rows);
  });
}

template <class T>
double normalize(const T* grad, double scale, const Matrices& size, const T* row, const T* col,
                 T* update) {
  const int64_t all_rows = size.count * size.rows;
  std::vector<double> squares(static_cast<size_t>(all_rows));
  std::vector<T> per_row(squares.size()),
      per_column(static_cast<size_t>(size.count * size.columns));
  for (int64_t k = 0; k < size.count; ++k) {
    const T* r = row + k * size.rows;
    double mean = 0;
    for (int64_t i = 0; i < size.rows; ++i) mean += static_cast<double>(r[i]);
    mean /= static_cast<double>(size.rows);
    for (int64_t i = 0; i < size.rows; ++i)
      per_row[static_cast<size_t>(k * size.rows + i)] =
          static_cast<T>(scale / std::sqrt(static_cast<double>(r[i]) / mean));
  }
  for (size_t j = 0; j < per_column.size(); ++j) per_column[j] = T(1) / std::sqrt(col[j]);
  parallel_items(all_rows, size.columns, [&](int64_t i) {
    const T factor = per_row[static_cast<size_t>(i)];
    const T* g = grad + i * size.columns;
    const T* c = per_column.data() + i / size.rows * size.columns;
    T* u = update + i * size.columns;
#pragma omp simd
    for (int64_t j = 0; j < size.columns; ++j) u[j] = g[j] * factor * c[j];
    squares[static_cast<size_t>(i)] = sum_of_squares(u, size.columns);
  });
  double total = 0;
  for (const double square : squares) total += square;
  return total;
}

}  // namespace

void factored_average(const TensorBase& grad, double keep, double eps, const TensorBase& row,
                      const TensorBase& col) {
  visit_floating(grad.dtype(), "factored_average", [&]<class T>(TypeTag<T>) {
    average(grad.data_ptr<T>(), Matrices(grad), keep, eps, row.data_ptr<T>(), col.data_ptr<T>());
  });
}

double factored_normalize(const TensorBase& grad, double scale, const TensorBase& row,
                          const TensorBase& col, const TensorBase& update) {
  return visit_floating(grad.dtype(), "factored_normalize", [&]<class T>(TypeTag<T>) {
    return normalize(grad.data_ptr<T>(), scale, Matrices(grad), row.data_ptr<T>(),
                     col.data_ptr<T>(), update.data_ptr<T>());
  });
}

}  // namespace gradtape::kernels
