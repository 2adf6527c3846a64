#include "properties/arrays.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <stdexcept>

#include "properties/property.h"

#include "gradtape/core/error.h"
#include "gradtape/ops/factory.h"
#include "gradtape/ops/view.h"

namespace gradtape::properties {
namespace {

template <class T>
void read_as(const Tensor& tensor, std::vector<double>& values) {
  const T* data = tensor.data_ptr<T>();
  Sizes index(tensor.dim(), 0);
  for (double& value : values) {
    int64_t offset = 0;
    for (int64_t axis = 0; axis < tensor.dim(); ++axis) offset += index[axis] * tensor.stride(axis);
    value = static_cast<double>(data[offset]);
    for (int64_t axis = tensor.dim(); axis-- > 0 && ++index[axis] == tensor.size(axis);)
      index[axis] = 0;
  }
}

Tensor filled(const Sizes& sizes, ScalarType dtype, double low, double high) {
  Tensor result = empty(sizes, dtype);
  std::mt19937_64 bits(draw_seed());
  const auto fill = [&]<class T>(T* data) {
    for (int64_t i = 0; i < result.numel(); ++i)
      data[i] = static_cast<T>(low + (high - low) * static_cast<double>(bits() >> 11) * 0x1p-53);
  };
  if (dtype == kFloat64)
    fill(result.data_ptr<double>());
  else
    fill(result.data_ptr<float>());
  return result;
}

}  // namespace

int64_t count(const Sizes& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), int64_t{1}, std::multiplies<>());
}

Array read(const Tensor& tensor) {
  Array result(Sizes(tensor.sizes().begin(), tensor.sizes().end()));
  if (tensor.dtype() == kFloat64)
    read_as<double>(tensor, result.values);
  else
    read_as<float>(tensor, result.values);
  return result;
}

Tensor random_tensor(const Sizes& sizes, ScalarType dtype, double low, double high,
                     bool may_expand) {
  const auto rank = static_cast<int64_t>(sizes.size());
  if (rank == 0 || draw(0, 2) == 0) return filled(sizes, dtype, low, high);
  struct Part {
    int64_t start = 0, step = 1, after = 0;
  };
  std::vector<Part> parts(rank);
  Sizes order(rank), back(rank), stored(rank);
  std::iota(order.begin(), order.end(), 0);
  if (coin())
    for (int64_t i = rank - 1; i > 0; --i) std::swap(order[i], order[draw(0, i)]);
  for (int64_t i = 0; i < rank; ++i) {
    const int64_t axis = order[i];
    back[axis] = i;
    stored[i] = sizes[axis];
    if (may_expand && rarely(8)) stored[i] = std::min<int64_t>(sizes[axis], 1);
    if (rarely(3)) parts[i] = {draw(0, 2), draw(1, 2), draw(0, 2)};
    stored[i] = parts[i].start + stored[i] * parts[i].step + parts[i].after;
  }
  Tensor result = filled(stored, dtype, low, high);
  for (int64_t i = 0; i < rank; ++i) {
    const auto [start, step, after] = parts[i];
    result = result.slice(i, start, stored[i] - after, step);
  }
  return result.permute(back).expand(sizes);
}

Tensor random_leaf(const Sizes& sizes, ScalarType dtype, double low, double high) {
  return random_tensor(sizes, dtype, low, high, /*may_expand=*/false).detach().requires_grad_();
}

ScalarType random_dtype() { return coin() ? kFloat64 : kFloat32; }

Sizes random_sizes(int64_t max_rank, int64_t max_count) {
  Sizes sizes(draw(0, max_rank));
  int64_t left = max_count;
  for (int64_t& size : sizes) {
    const int64_t kind = draw(0, 19);
    const int64_t most = std::max<int64_t>(1, std::min<int64_t>(left, kind < 14 ? 9 : 300));
    size = kind == 0 ? 0 : kind == 1 ? 1 : draw(1, most);
    left /= std::max<int64_t>(size, 1);
  }
  // The long axis anywhere.
  if (!sizes.empty())
    std::swap(sizes.back(), sizes[draw(0, static_cast<int64_t>(sizes.size()) - 1)]);
  return sizes;
}

Sizes broadcastable(const Sizes& sizes) {
  Sizes result = sizes;
  for (int64_t& size : result)
    if (rarely(4)) size = 1;
  if (rarely(3) && !result.empty())
    result.erase(result.begin(), result.begin() + draw(1, static_cast<int64_t>(result.size())));
  return result;
}

Broadcast::Broadcast(const Sizes& from, const Sizes& to) : to_(to), steps_(to.size(), 0) {
  int64_t step = 1;
  for (size_t i = from.size(); i-- > 0;) {
    const size_t axis = i + to.size() - from.size();
    if (from[i] != 1) steps_[axis] = step;
    step *= from[i];
  }
}

int64_t Broadcast::operator()(int64_t i) const {
  int64_t offset = 0;
  for (size_t axis = to_.size(); axis-- > 0; i /= to_[axis]) offset += i % to_[axis] * steps_[axis];
  return offset;
}

void require(bool holds, const std::string& what) {
  if (!holds) throw std::runtime_error(what);
}

void require_close(const std::string& what, const Tensor& got, const Expected& expected) {
  require(got.defined(), what + " is undefined");
  require(got.sizes() == IntArrayRef(expected.array.sizes),
          str(what, ": got sizes ", got.sizes(), ", expected ", IntArrayRef(expected.array.sizes)));
  const bool is_double = got.dtype() == kFloat64;
  const double eps = is_double ? 0x1p-52 : 0x1p-23, tiny = is_double ? 1e-300 : 1e-36;
  const Array values = read(got);
  for (int64_t i = 0; i < count(values.sizes); ++i) {
    const double error = std::abs(values[i] - expected.array[i]);
    if (error <= eps * expected.bounds[i] + tiny) continue;  // false for NaN
    throw std::runtime_error(str(what, ": ", got.dtype(), " ", got.sizes(), ", strides ",
                                 got.strides(), ": element ", i, " is ", values[i], ", expected ",
                                 expected.array[i], " within ", eps * expected.bounds[i]));
  }
}

}  // namespace gradtape::properties
