#include <algorithm>
#include <cmath>
#include <iomanip>

#include "kernels/base/array.h"

#include "gradtape/ops/tensor.h"

// Tensors are printed as libtorch prints them, to the character: 80 columns, four digits, a common
// power of ten in front where that keeps the columns narrow.
namespace gradtape {
namespace {

constexpr int64_t kLineWidth = 80;

// How the numbers of one matrix are written.
struct NumberFormat {
  double scale = 1;
  int width = 0;
  bool scientific = false;
  bool integers = true;

  NumberFormat(const double* values, int64_t count) {
    double smallest = INFINITY, largest = 0;
    for (int64_t i = 0; i < count; ++i) {
      if (!std::isfinite(values[i])) continue;
      integers &= values[i] == std::ceil(values[i]);
      smallest = std::min(smallest, std::fabs(values[i]));
      largest = std::max(largest, std::fabs(values[i]));
    }
    const double low = digits_before_point(std::isinf(smallest) ? 0 : smallest);
    const double high = digits_before_point(largest);
    if (integers) {
      scientific = high > 9;
      width = scientific ? 11 : static_cast<int>(high) + 1;
    } else if (high - low > 4) {
      scientific = true;
      width = std::fabs(high) > 99 || std::fabs(low) > 99 ? 12 : 11;
    } else if (high > 5 || high < 0) {
      width = 7;
      scale = std::pow(10, high - 1);
    } else {
      width = high == 0 ? 7 : static_cast<int>(high) + 6;
    }
  }

  void apply(std::ostream& out) const {
    if (scientific) {
      out << std::scientific << std::setprecision(4);
    } else if (integers) {
      out << std::defaultfloat;
    } else {
      out << std::fixed << std::setprecision(4);
    }
  }

  void print_scale(std::ostream& out) const {
    const auto flags = out.flags();
    out << std::defaultfloat << scale << " *\n";
    out.flags(flags);
  }

 private:
  static double digits_before_point(double value) {
    return value == 0 ? 1 : std::floor(std::log10(value)) + 1;
  }
};

void print_vector(std::ostream& out, const double* values, int64_t count) {
  const NumberFormat format(values, count);
  format.apply(out);
  if (format.scale != 1) format.print_scale(out);
  for (int64_t i = 0; i < count; ++i) {
    out << std::setw(format.width) << values[i] / format.scale << '\n';
  }
}

// Columns that do not fit the line follow in further groups.
void print_matrix(std::ostream& out, const double* values, int64_t rows, int64_t columns,
                  int64_t indent) {
  const NumberFormat format(values, rows * columns);
  format.apply(out);
  const std::string margin(indent, ' ');
  const int64_t per_line = (kLineWidth - indent) / (format.width + 1);
  if (indent > 0) out << margin;
  for (int64_t first = 0; first < columns; first += per_line) {
    const int64_t last = std::min(first + per_line, columns) - 1;
    if (per_line < columns) {
      if (first != 0) out << '\n';
      out << "Columns " << first + 1 << " to " << last + 1 << margin;
    }
    if (format.scale != 1) {
      format.print_scale(out);
      out << margin;
    }
    for (int64_t row = 0; row < rows; ++row) {
      for (int64_t column = first; column <= last; ++column) {
        out << std::setw(format.width) << values[row * columns + column] / format.scale
            << (column == last ? '\n' : ' ');
      }
      if (row != rows - 1) out << margin << (format.scale != 1 ? " " : "");
    }
  }
}

// Matrix by matrix, the first axis running fastest.
void print_stack(std::ostream& out, const double* values, IntArrayRef sizes) {
  const size_t outer = sizes.size() - 2;
  const int64_t rows = sizes[outer], columns = sizes[outer + 1];
  DimVector counter(outer);
  for (bool first = true;; first = false) {
    if (!first) out << '\n';
    out << '(';
    int64_t matrix = 0;
    for (size_t i = 0; i < outer; ++i) {
      out << counter[i] + 1 << ',';
      matrix = matrix * sizes[i] + counter[i];
    }
    out << ".,.) = \n";
    print_matrix(out, values + matrix * rows * columns, rows, columns, 1);
    size_t axis = 0;
    while (axis < outer && ++counter[axis] == sizes[axis]) counter[axis++] = 0;
    if (axis == outer) return;
  }
}

void print(std::ostream& out, const Tensor& tensor) {
  if (!tensor.defined()) {
    out << "[ Tensor (undefined) ]";
    return;
  }
  const Tensor dense = kernels::dense(tensor, kFloat64);
  const double* values = dense.data_ptr<double>();
  const IntArrayRef sizes = tensor.sizes();
  if (tensor.dim() == 0) {
    out << std::defaultfloat << values[0] << '\n';
  } else if (tensor.numel() > 0) {
    if (tensor.dim() == 1) {
      print_vector(out, values, sizes[0]);
    } else if (tensor.dim() == 2) {
      print_matrix(out, values, sizes[0], sizes[1], 0);
    } else {
      print_stack(out, values, sizes);
    }
  }
  out << "[ " << tensor.toString() << '{';
  for (size_t i = 0; i < sizes.size(); ++i) out << (i ? "," : "") << sizes[i];
  out << "} ]";
}

}  // namespace

// As in libtorch the format is the stream's own again afterwards; so is a width, which what is
// written first has been given.
std::ostream& operator<<(std::ostream& out, const Tensor& tensor) {
  std::ios format(nullptr);
  format.copyfmt(out);
  print(out, tensor);
  out.copyfmt(format);
  return out;
}

}  // namespace gradtape
