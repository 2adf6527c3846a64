#include "kernels/base/promotion.h"

namespace gradtape::kernels {

void PromotedType::join(ScalarType& into, ScalarType dtype) {
  into = into == kNone ? dtype : promote_types(into, dtype);
}

void PromotedType::include(const TensorImpl& impl) {
  if (impl.is_wrapped_number()) {
    join(number_, is_floating_point(impl.dtype()) ? get_default_dtype() : impl.dtype());
  } else if (impl.sizes().empty()) {
    join(zero_dim_, impl.dtype());
  } else {
    join(with_axes_, impl.dtype());
  }
}

void PromotedType::include(const Scalar& number) {
  join(number_, number.isFloatingPoint() ? get_default_dtype() : number.type());
}

ScalarType PromotedType::combine(ScalarType higher, ScalarType lower) {
  if (higher == kNone) return lower;
  if (lower == kNone || is_floating_point(higher)) return higher;
  if (higher == kBool || is_floating_point(lower)) return promote_types(higher, lower);
  return higher;
}

ScalarType PromotedType::get() const { return combine(with_axes_, combine(zero_dim_, number_)); }

bool can_cast(ScalarType from, ScalarType to) {
  if (is_floating_point(from) && is_integral(to)) return false;
  return from == kBool || to != kBool;
}

}  // namespace gradtape::kernels
