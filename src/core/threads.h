#pragma once

namespace gradtape {

// Threads that a parallel op of this thread may use: set_num_threads, or 1 inside a loader's worker
// and inside another parallel op.
int available_threads();
// The same for a library that splits sums among its threads: 1 if results must not depend on them.
int threads_for_library_sums();

}  // namespace gradtape
