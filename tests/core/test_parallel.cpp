#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/threads.h"
#include "error_of.h"

#include "gradtape/gradtape.h"

using namespace gradtape;

namespace {

class Threads {
 public:
  explicit Threads(int threads) : before_(get_num_threads()) { set_num_threads(threads); }
  ~Threads() { set_num_threads(before_); }

 private:
  int before_;
};

// Large enough for several threads of our own, of OpenBLAS and of oneDNN.
void use_threads() {
  const Tensor big = ones({1 << 20});
  const Tensor sum = (big + big).sum();
  const Tensor product = ones({400, 500}).mm(ones({500, 600}));
  const Tensor doubles = ones({400, 500}, kFloat64).mm(ones({500, 600}, kFloat64));
  Tensor weight = ones({16, 8, 3, 3}).set_requires_grad(true);
  nn::functional::conv2d(ones({16, 8, 32, 32}), weight).sum().backward();
  if (sum.item<float>() != 2 << 20 || product[3][4].item<float>() != 500 ||
      doubles[3][4].item<double>() != 500 || weight.grad()[0][0][0][0].item<float>() != 16 * 900)
    throw Error("wrong numbers");
}

// How a child ends; -1 if it does not.
int status_of(pid_t child, std::chrono::steady_clock::duration limit) {
  const auto start = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - start < limit) {
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child)
      return WIFEXITED(status) ? WEXITSTATUS(status) : 256;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  return -1;
}

// As what a child that runs f ends.
int status_of_child(const std::function<bool()>& f) {
  const pid_t child = fork();
  if (child == 0) {
    bool good = false;
    try {
      good = f();
    } catch (...) {
    }
    _exit(good ? 0 : 1);
  }
  return status_of(child, std::chrono::seconds(300));
}

}  // namespace

TEST_SUITE("core/parallel") {
  TEST_CASE("the number of threads holds for every thread of the process") {
    const Threads two(2);
    int before = 0, after = 0, other = 0;
    std::atomic<int> step = 0;
    std::thread early([&] {
      before = get_num_threads();
      step = 1;
      while (step != 2) std::this_thread::yield();
      after = get_num_threads();
      CHECK(gradtape::available_threads() == 3);
    });
    while (step != 1) std::this_thread::yield();
    set_num_threads(3);
    step = 2;
    early.join();
    std::thread([&] { other = get_num_threads(); }).join();
    CHECK(before == 2);
    CHECK(after == 3);
    CHECK(other == 3);
    CHECK(get_num_threads() == 3);
  }

  TEST_CASE("ops run on one thread where that is asked for, whatever the number") {
    const Threads two(2);
    std::thread([] {
      const SingleThreadGuard guard;
      CHECK(gradtape::available_threads() == 1);
      CHECK(get_num_threads() == 2);
      CHECK_NOTHROW(use_threads());
    }).join();
  }

  TEST_CASE("a number that no machine has is refused") {
    using testing::error_of;
    CHECK(error_of([] { set_num_threads(0); }) ==
          "set_num_threads: the number must be positive; got 0");
    CHECK(error_of([] { set_num_threads(100000); }) ==
          "set_num_threads: the number must be at most 1024; got 100000");
  }

  TEST_CASE("a child that is forked after parallel ops goes on, on one thread") {
    const Threads two(2);
    use_threads();
    CHECK(status_of_child([] {
            use_threads();
            set_num_threads(2);
            std::thread([] { use_threads(); }).join();
            use_threads();
            return get_num_threads() == 1 && gradtape::available_threads() == 1;
          }) == 0);
    CHECK(get_num_threads() == 2);
    CHECK_NOTHROW(use_threads());
  }

  TEST_CASE("a child of a thread that has used no others may use its own") {
    const Threads two(2);
    use_threads();
    int status = -2;
    std::thread([&] {
      status = status_of_child([] {
        use_threads();
        return get_num_threads() == 2;
      });
    }).join();
    CHECK(status == 0);
  }
}
