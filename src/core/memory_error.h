#pragma once

#include <cstddef>

namespace gradtape::detail {

// Throws: Error, in PyTorch's words: there is not so much memory.
[[noreturn, gnu::cold]] void fail_memory(size_t bytes);

}  // namespace gradtape::detail
