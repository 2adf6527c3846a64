#include "gradtape/core/scalar.h"

#include "gradtape/core/error.h"

namespace gradtape {

void detail::fail_overflow(const char* type, const Scalar& value) {
  fail("value cannot be converted to type ", type, " without overflow; got ", value);
}

}  // namespace gradtape
