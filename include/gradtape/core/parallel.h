#pragma once

namespace gradtape {

/// Threads that one op may use; the number of cores until set. Throws: Error unless positive.
void set_num_threads(int threads);
int get_num_threads();

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
