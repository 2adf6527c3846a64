#pragma once

namespace gradtape {

/// Threads that one op may use, in every thread of the process; the number of cores until set. A
/// child that is forked after an op has used several threads runs on one: the others do not follow
/// it. Throws: Error unless positive and at most kMostThreads (or the number of cores).
void set_num_threads(int threads);
int get_num_threads();
inline constexpr int kMostThreads = 1024;

/// Whether results must not depend on the number of threads; they may until set. gradtape's own
/// kernels never do; products and weight gradients of oneDNN and OpenBLAS, which split sums among
/// threads, then run on one.
void use_deterministic_algorithms(bool deterministic);
bool are_deterministic_algorithms_enabled();

/// For a scope of this thread, ops run on this thread alone.
class SingleThreadGuard {
 public:
  SingleThreadGuard();
  ~SingleThreadGuard();
  SingleThreadGuard(const SingleThreadGuard&) = delete;
  SingleThreadGuard& operator=(const SingleThreadGuard&) = delete;

 private:
  bool before_;
};

}  // namespace gradtape
