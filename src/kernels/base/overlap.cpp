#include "kernels/base/overlap.h"

#include <algorithm>

#include "kernels/layout/memory_order.h"

namespace gradtape::kernels {
namespace {

// The memory from the first element to behind the last one; counted from the start of the storage
// where two tensors share it, so that a private layout may stay.
struct Span {
  Span(const TensorImpl& impl, const std::byte* start) {
    int64_t first = impl.offset(), last = first;
    for (size_t i = 0; i < impl.sizes().size(); ++i) {
      const int64_t reach = (impl.sizes()[i] - 1) * impl.strides()[i];
      (reach < 0 ? first : last) += reach;
    }
    const auto itemsize = static_cast<int64_t>(element_size(impl.dtype()));
    const auto origin = static_cast<int64_t>(reinterpret_cast<intptr_t>(start));
    begin = origin + first * itemsize;
    end = origin + (last + 1) * itemsize;
  }
  int64_t begin, end;
};

enum class Shared { Nothing, EveryElement, Something };

Shared shared_memory(const TensorImpl& a, const TensorImpl& b) {
  if (a.numel() == 0 || b.numel() == 0) return Shared::Nothing;
  if (&a == &b) return Shared::EveryElement;
  const Storage &one = *a.storage(), &other = *b.storage();
  const bool same = &one == &other;
  if (!same && !(one.is_shared() && other.is_shared())) return Shared::Nothing;
  const Span x(a, same ? nullptr : one.data()), y(b, same ? nullptr : other.data());
  if (x.begin >= y.end || y.begin >= x.end) return Shared::Nothing;
  const bool alike = x.begin == y.begin && x.end == y.end && a.strides() == b.strides();
  return alike ? Shared::EveryElement : Shared::Something;
}

}  // namespace

void check_no_internal_overlap(const TensorImpl& written) {
  if (written.is_contiguous()) return;
  for (size_t i = 0; i < written.sizes().size(); ++i) {
    GRADTAPE_CHECK(written.strides()[i] != 0 || written.sizes()[i] <= 1,
                   "unsupported operation: more than one element of the written-to tensor refers "
                   "to a single memory location. Please clone() the tensor before performing the "
                   "operation.");
  }
}

void check_no_overlap(const TensorImpl& written, const TensorImpl& read, bool in_step) {
  const Shared shared = shared_memory(written, read);
  if (shared == Shared::Nothing || (in_step && shared == Shared::EveryElement)) return;
  if (&written != &read && !(is_dense(written) && is_dense(read))) return;
  detail::fail(
      "unsupported operation: some elements of the input tensor and the written-to tensor refer to "
      "a single memory location. Please clone() the tensor before performing the operation.");
}

TensorBase out_of_reach(const TensorBase& read, const TensorBase& written, bool in_step) {
  const Shared shared = shared_memory(written.impl(), read.impl());
  if (shared == Shared::Nothing || (in_step && shared == Shared::EveryElement)) return read;
  TensorBase result = make_array(read.impl().sizes(), read.dtype());
  copy(result, read);
  return result;
}

}  // namespace gradtape::kernels
