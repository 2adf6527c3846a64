// A program written for libtorch's C++ frontend.
#include <iostream>

#include <torch/torch.h>

namespace torch::nn {
// Programs may reopen the namespaces.
inline int answer() { return 42; }
}  // namespace torch::nn

int main() {
  try {
    TORCH_CHECK(torch::nn::answer() == 41, "answer: must be 41; got ", torch::nn::answer());
  } catch (const c10::Error& error) {
    std::cout << error.what_without_backtrace() << '\n';
    return 0;
  }
  return 1;
}
