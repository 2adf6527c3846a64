#include "gradtape/ops/indexing.h"

#include "autograd/op_node.h"
#include "kernels/base/array.h"
#include "kernels/indexing/mask.h"
#include "ops/index_expression.h"

#include "gradtape/ops/factory.h"

// index({...}) and what it does on the left of =.
namespace gradtape {
namespace {

using namespace autograd;
using indexing::TensorIndex;
using Plan = std::shared_ptr<const IndexPlan>;

struct Alias {
  static constexpr const char* name = "AliasBackward0";
  static constexpr Reads reads[] = {kNothing};
  Tensor vjp(const Tensor& grad, const Saved&) const { return grad; }
};

Tensor alias(const Tensor& self) {
  const TensorImpl& impl = self.impl();
  return apply_view(Alias{}, self, impl.sizes(), impl.strides(), impl.offset());
}

struct IndexBackward;

struct Index {
  static constexpr const char* name = "IndexBackward0";
  static constexpr Reads reads[] = {kNothing};
  Plan plan;
  SavedList list;
  Tensor forward(const Tensor& self) const {
    return kernels::read(self, plan->lookup(self), plan->result_sizes(self.sizes()));
  }
  Tensor vjp(const Tensor& grad, const Saved& saved) const;
};

// An element that was read several times collects the gradient of each.
struct IndexBackward {
  static constexpr const char* name = "IndexBackwardBackward0";
  static constexpr Reads reads[] = {kNothing};
  Plan plan;
  SavedList list;
  DimVector sizes;
  Tensor forward(const Tensor& grad) const {
    Tensor result = kernels::make_zeros(sizes, grad.dtype());
    kernels::write(result, plan->lookup(result), kernels::dense(grad), /*accumulate=*/true);
    return result;
  }
  Tensor vjp(const Tensor& grad, const Saved&) const { return apply(Index{plan, list}, grad); }
};

Tensor Index::vjp(const Tensor& grad, const Saved& saved) const {
  return apply(IndexBackward{plan, list, saved.sizes(0)}, grad);
}

// Inputs self and values, which broadcast to what index would give.
struct IndexPut {
  static constexpr const char* name = "IndexPutBackward0";
  static constexpr Writes writes = Writes::Indexed;
  static constexpr Reads reads[] = {kNothing, kNothing};
  Plan plan;
  SavedList list;
  bool accumulate;
  Tensor forward(const Tensor& self, const Tensor& values, const Tensor& out = {}) const {
    Tensor result = out;
    if (!result.defined()) {
      result = kernels::make_array(self.impl().sizes(), self.dtype());
      kernels::copy(result, self);
    }
    const Tensor all = kernels::dense(kernels::broadcast(values, plan->result_sizes(self.sizes())));
    kernels::write(result, plan->lookup(result),
                   kernels::out_of_reach(all, result, /*in_step=*/false), accumulate);
    return result;
  }
  Tensor vjp(int i, const Tensor& grad, const Saved&) const {
    if (i == 1) return apply(Index{plan, list}, grad);
    if (accumulate) return grad;
    return apply(IndexPut{plan, list, false}, grad, zeros({}, grad.dtype()));
  }
};

// The index tensors as the gradient of these inputs watches them.
SavedList watched(const std::vector<Tensor>& tensors, const auto&... inputs) {
  if (!GradMode::is_enabled() || !any_requires_grad(inputs...)) return {};
  return SavedList(tensors);
}

// Without leading dimensions of size 1.
Tensor without_leading_ones(const Tensor& values) {
  size_t first = 0;
  while (first < values.sizes().size() && values.sizes()[first] == 1) ++first;
  return first == 0 ? values : values.reshape(DimVector(values.sizes().slice(first)));
}

// target's elements become values, as x[i] = values does.
void copy_to(Tensor target, const Tensor& values) {
  if (target.sizes().equals(values.sizes())) {
    target.copy_(values);
  } else if (values.dim() == 0) {
    target.fill_(values);
  } else {
    target.copy_(without_leading_ones(values).expand(target.sizes()));
  }
}

void check_values(const Tensor& self, const Tensor& values, const IndexPlan& plan) {
  GRADTAPE_CHECK(self.dtype() == values.dtype(),
                 "Index put requires the source and destination dtypes match, got ", self.dtype(),
                 " for the destination and ", values.dtype(), " for the source.");
  const DimVector sizes = plan.result_sizes(self.sizes());
  const IntArrayRef given = values.sizes();
  bool fits = given.size() <= sizes.size();
  for (size_t i = 0; fits && i < given.size(); ++i) {
    fits = given[i] == 1 || given[i] == sizes[sizes.size() - given.size() + i];
  }
  GRADTAPE_CHECK(fits, "shape mismatch: value tensor of shape ", given,
                 " cannot be broadcast to indexing result of shape ", sizes);
}

// As libtorch: one value at the places of one mask is a masked_fill_, where the mask may be what is
// written, and the value an element of it.
bool is_masked_fill(const IndexedView& indexed, const Tensor& values, bool accumulate) {
  if (accumulate || values.numel() != 1) return false;
  const Tensor* mask = nullptr;
  for (const Tensor& tensor : indexed.tensors) {
    if (!tensor.defined()) continue;
    if (mask || !(tensor.dtype() == kBool || tensor.dtype() == kUInt8)) return false;
    mask = &tensor;
  }
  return mask != nullptr;
}

// values as they are written to self: a masked fill converts its value; anything else must have
// self's dtype.
Tensor prepared(const Tensor& values, const IndexedView& indexed, bool accumulate) {
  const ScalarType dtype = indexed.view.scalar_type();
  if (values.scalar_type() == dtype || !is_masked_fill(indexed, values, accumulate)) return values;
  if (is_floating_point(dtype) && values.is_floating_point()) return values.to(dtype);
  return full(values.sizes(), values.item(), dtype);
}

void put(const Tensor& self, ArrayRef<TensorIndex> indices, const Tensor& values, bool accumulate) {
  if (indices.size() == 1 && indices[0].kind() == TensorIndex::Kind::Boolean) {
    if (indices[0].boolean()) copy_to(self.unsqueeze(0), values);
    return;
  }
  IndexedView indexed = apply_indices(self, indices);
  if (indexed.tensors.empty()) {
    if (accumulate) {
      indexed.view.add_(values);
    } else {
      copy_to(indexed.view, values);
    }
    return;
  }
  const Plan plan = make_index_plan(indexed.view.sizes(), indexed.tensors);
  const Tensor given = without_leading_ones(prepared(values, indexed, accumulate));
  check_values(indexed.view, given, *plan);
  // The plan has read the indices, so that they may overlap; but as PyTorch.
  const bool fills = is_masked_fill(indexed, given, accumulate);
  for (const Tensor& tensor : indexed.tensors)
    kernels::check_read(indexed.view.impl(), tensor, fills);
  const bool is_own = fills && given.is_alias_of(indexed.view);
  // The dimensions of a 1-element write may all have been dropped.
  apply_inplace(IndexPut{plan, watched(indexed.tensors, indexed.view, given), accumulate},
                indexed.view, is_own ? given.clone() : given);
}

}  // namespace

Tensor index(const Tensor& self, ArrayRef<TensorIndex> indices) {
  const IndexedView indexed = apply_indices(self, indices);
  if (indexed.tensors.empty()) {
    return indexed.view.is_same(self) ? alias(self) : indexed.view;
  }
  return apply(Index{make_index_plan(indexed.view.sizes(), indexed.tensors),
                     watched(indexed.tensors, indexed.view)},
               indexed.view);
}

Tensor index_put(const Tensor& self, ArrayRef<TensorIndex> indices, const Tensor& values,
                 bool accumulate) {
  const IndexedView indexed = apply_indices(self, indices);
  if (!indexed.tensors.empty() && indexed.view.is_same(self)) {
    const Plan plan = make_index_plan(self.sizes(), indexed.tensors);
    const Tensor given = prepared(values, indexed, accumulate);
    check_values(self, given, *plan);
    return apply(IndexPut{plan, watched(indexed.tensors, self, given), accumulate}, self, given);
  }
  Tensor result = self.clone();
  put(result, indices, values, accumulate);
  return result;
}

struct IndexedTensor::Target {
  Tensor source;
  std::vector<TensorIndex> indices;
};

IndexedTensor::IndexedTensor(Tensor values, Tensor source, std::vector<TensorIndex> indices)
    : Tensor(std::move(values)),
      target_(std::make_shared<const Target>(Target{std::move(source), std::move(indices)})) {}

IndexedTensor& IndexedTensor::operator=(const Tensor& other) & {
  Tensor::operator=(other);
  target_.reset();
  return *this;
}
void IndexedTensor::operator=(const Tensor& values) && {
  if (target_) {
    put(target_->source, target_->indices, values, /*accumulate=*/false);
  } else {
    copy_to(*this, values);
  }
}
void IndexedTensor::operator=(const IndexedTensor& values) && {
  std::move(*this) = static_cast<const Tensor&>(values);
}
void IndexedTensor::operator=(const Scalar& value) && {
  std::move(*this) = full({}, value, dtype());
}

Tensor& Tensor::operator=(const Tensor& values) && {
  copy_to(*this, values);
  return *this;
}
Tensor& Tensor::operator=(Tensor&& values) && {
  copy_to(*this, values);
  return *this;
}
Tensor& Tensor::operator=(const Scalar& value) && { return fill_(value); }

Tensor Tensor::operator[](const Scalar& index) const {
  GRADTAPE_CHECK(index.isIntegral(false), "Can only index tensors with integral scalars; got ",
                 index);
  return select(0, index.toLong());
}

Tensor Tensor::operator[](const Tensor& index) const {
  GRADTAPE_CHECK(index.defined(), "Can only index with tensors that are defined");
  GRADTAPE_CHECK(index.dim() == 0,
                 "Can only index with tensors that are scalars (zero-dim); got index ",
                 index.sizes(), ". Others go into index({...})");
  return (*this)[index.item()];
}

IndexedTensor Tensor::index(ArrayRef<TensorIndex> indices) const {
  for (const TensorIndex& index : indices) {
    if (index.kind() == TensorIndex::Kind::Tensor || index.kind() == TensorIndex::Kind::Boolean) {
      return {gradtape::index(*this, indices), *this, indices.vec()};
    }
  }
  return gradtape::index(*this, indices);
}
IndexedTensor Tensor::index(std::initializer_list<TensorIndex> indices) const {
  return index(ArrayRef<TensorIndex>(indices));
}

Tensor& Tensor::index_put_(ArrayRef<TensorIndex> indices, const Tensor& values,
                           bool accumulate) const {
  put(*this, indices, values, accumulate);
  return const_cast<Tensor&>(*this);
}
Tensor& Tensor::index_put_(ArrayRef<TensorIndex> indices, const Scalar& value) const {
  return index_put_(indices, full({}, value, dtype()));
}
Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices, const Tensor& values) const {
  return index_put_(ArrayRef<TensorIndex>(indices), values);
}
Tensor& Tensor::index_put_(std::initializer_list<TensorIndex> indices, const Scalar& value) const {
  return index_put_(ArrayRef<TensorIndex>(indices), value);
}

}  // namespace gradtape
