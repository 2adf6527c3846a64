#include <string>

#include <doctest/doctest.h>
#include <torch/torch.h>

namespace {

struct PaddingOptions {
  PaddingOptions() = default;
  TORCH_ARG(long, padding) = 1;
  TORCH_ARG(std::string, mode) = "zeros";
};

}  // namespace

TEST_SUITE("gradtape_torch/macros") {
  TEST_CASE("TORCH_CHECK that holds does nothing") { CHECK_NOTHROW(TORCH_CHECK(true, "no")); }

  TEST_CASE("TORCH_CHECK that fails throws c10::Error with the streamed message") {
    try {
      TORCH_CHECK(false, "rows ", 3);
      FAIL("nothing was thrown");
    } catch (const c10::Error& error) {
      CHECK(std::string(error.what_without_backtrace()) == "rows 3");
    }
  }

  TEST_CASE("TORCH_CHECK without a message names the condition") {
    try {
      const int rows = 3;
      TORCH_CHECK(rows == 4);
      FAIL("nothing was thrown");
    } catch (const c10::Error& error) {
      CHECK(std::string(error.what_without_backtrace()) ==
            "Expected rows == 4 to be true, but got false.");
    }
  }

  TEST_CASE("TORCH_ARG gives a builder-style setter, a getter and a default") {
    PaddingOptions options;
    CHECK(options.padding() == 1);
    const std::string mode = "reflect";
    options.padding(2).mode(mode);
    CHECK(options.padding() == 2);
    CHECK(options.mode() == "reflect");
    options.padding() = 3;
    CHECK(options.padding() == 3);
  }
}
