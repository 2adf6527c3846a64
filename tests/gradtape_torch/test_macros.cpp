#include <string>

#include <doctest/doctest.h>
#include <torch/torch.h>

namespace {

struct PaddingOptions {
  PaddingOptions() = default;
  TORCH_ARG(long, padding) = 1;
  TORCH_ARG(std::string, mode) = "zeros";
};

struct ScaleImpl : torch::nn::Module {
  torch::Tensor forward(torch::Tensor x, double factor = 2, int64_t times = 1) {
    for (int64_t i = 0; i < times; ++i) x = x * factor;
    return x;
  }

 protected:
  FORWARD_HAS_DEFAULT_ARGS({1, torch::nn::AnyValue(2.0)}, {2, torch::nn::AnyValue(int64_t{1})})
};
TORCH_MODULE(Scale);

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

  TEST_CASE("FORWARD_HAS_DEFAULT_ARGS lets AnyModule and Sequential leave arguments out") {
    const torch::Tensor x = torch::ones({1});
    torch::nn::AnyModule any{Scale()};
    CHECK(any.forward(x).item<float>() == 2);
    CHECK(any.forward(x, 3.0).item<float>() == 3);
    CHECK(any.forward(x, 3.0, int64_t{2}).item<float>() == 9);
    torch::nn::Sequential net(Scale{}, torch::nn::Identity{}, Scale{});
    CHECK(net->forward(x).item<float>() == 4);
    CHECK(net->forward(x, 5.0).item<float>() == 10);
    CHECK_THROWS_AS(net->forward(x, 5.0, int64_t{1}, 1), c10::Error);
    CHECK_THROWS_AS(any.forward(), c10::Error);
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
