#include "core/checked.h"

#include <algorithm>

#include <unistd.h>

#include "core/memory_error.h"

namespace gradtape {

namespace detail {
void fail_overflow(int64_t a, const char* sign, int64_t b) {
  fail("integer overflow in a size: ", a, sign, b, " does not fit 64 bits");
}
}  // namespace detail

void check_affordable(size_t bytes) {
  static const size_t all =
      static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<size_t>(sysconf(_SC_PAGE_SIZE));
  if (bytes > all) detail::fail_memory(bytes);
}

int64_t reach_of(IntArrayRef sizes, IntArrayRef strides, int64_t offset) {
  if (std::find(sizes.begin(), sizes.end(), 0) != sizes.end()) return 0;
  int64_t last = offset;
  for (size_t i = 0; i < sizes.size(); ++i) {
    last = checked_add(last, checked_mul(sizes[i] - 1, strides[i]));
  }
  return checked_add(last, 1);
}

}  // namespace gradtape
