#include "gradtape/ops/sort.h"

#include "autograd/op_node.h"
#include "kernels/indexing/sort.h"

#include "gradtape/ops/factory.h"

namespace gradtape {
namespace {

using namespace autograd;

// Results: values, and the indices they came from.
struct Placement {
  static constexpr Reads kIndices = kOutput << 1;
  static constexpr Reads reads[] = {kIndices};

  int64_t axis;

  Tensor vjp(const Tensor& grad, const Saved& saved) const {
    const IntArrayRef sizes = saved.sizes(0);
    if (sizes.empty()) return grad;
    return zeros(sizes, TensorOptions(grad.dtype())).scatter(axis, saved.output(1), grad);
  }
};

struct Sort : Placement {
  static constexpr const char* name = "SortBackward0";
};
struct TopK : Placement {
  static constexpr const char* name = "TopkBackward0";
};

template <class Op>
std::tuple<Tensor, Tensor> in_order(const Tensor& self, int64_t axis, bool descending, int64_t k) {
  auto [values, indices] = kernels::sorted(self, axis, descending, k);
  record_many(Op{{axis}}, {values, indices}, self);
  return {std::move(values), std::move(indices)};
}

}  // namespace

std::tuple<Tensor, Tensor> sort(const Tensor& self, int64_t dim, bool descending) {
  const int64_t axis = wrap_dim(dim, self.dim(), "sort");
  return in_order<Sort>(self, axis, descending, self.dim() == 0 ? 1 : self.sizes()[axis]);
}

std::tuple<Tensor, Tensor> sort(const Tensor& self, std::optional<bool>, int64_t dim,
                                bool descending) {
  return sort(self, dim, descending);
}

Tensor argsort(const Tensor& self, int64_t dim, bool descending) {
  const int64_t axis = wrap_dim(dim, self.dim(), "argsort");
  return kernels::sorted(self, axis, descending, self.dim() == 0 ? 1 : self.sizes()[axis]).second;
}

std::tuple<Tensor, Tensor> topk(const Tensor& self, int64_t k, int64_t dim, bool largest, bool) {
  const int64_t axis = wrap_dim(dim, self.dim(), "topk");
  const int64_t n = self.dim() == 0 ? 1 : self.sizes()[axis];
  GRADTAPE_CHECK(k >= 0 && k <= n, "topk: selected index k out of range (0 to ", n, "); got ", k,
                 ", self ", self.sizes());
  return in_order<TopK>(self, axis, largest, k);
}

std::tuple<Tensor, Tensor> Tensor::sort(int64_t dim, bool descending) const {
  return gradtape::sort(*this, dim, descending);
}
std::tuple<Tensor, Tensor> Tensor::sort(std::optional<bool> stable, int64_t dim,
                                        bool descending) const {
  return gradtape::sort(*this, stable, dim, descending);
}
Tensor Tensor::argsort(int64_t dim, bool descending) const {
  return gradtape::argsort(*this, dim, descending);
}
std::tuple<Tensor, Tensor> Tensor::topk(int64_t k, int64_t dim, bool largest, bool sorted) const {
  return gradtape::topk(*this, k, dim, largest, sorted);
}

}  // namespace gradtape
