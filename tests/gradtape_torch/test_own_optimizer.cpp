#include <memory>
#include <tuple>
#include <vector>

#include <doctest/doctest.h>
#include <torch/torch.h>

// An optimizer of a program's own, written as libtorch 1.13 writes its SGD.
namespace {

struct HeavyBallOptions : public torch::optim::OptimizerCloneableOptions<HeavyBallOptions> {
  HeavyBallOptions(double lr) : lr_(lr) {}
  TORCH_ARG(double, lr);
  TORCH_ARG(double, momentum) = 0.5;

 public:
  TORCH_API friend bool operator==(const HeavyBallOptions& a, const HeavyBallOptions& b) {
    return a.lr() == b.lr() && a.momentum() == b.momentum();
  }
  double get_lr() const override { return lr(); }
  void set_lr(const double lr) override { lr_ = lr; }
};

struct HeavyBallState : public torch::optim::OptimizerCloneableParamState<HeavyBallState> {
  TORCH_ARG(torch::Tensor, buffer);
};

class HeavyBall : public torch::optim::Optimizer {
 public:
  explicit HeavyBall(std::vector<torch::Tensor> params, HeavyBallOptions defaults)
      : Optimizer({std::move(torch::optim::OptimizerParamGroup(params))},
                  std::make_unique<HeavyBallOptions>(defaults)) {}

  torch::Tensor step(LossClosure closure = nullptr) override {
    torch::NoGradGuard no_grad;
    torch::Tensor loss = {};
    if (closure != nullptr) {
      at::AutoGradMode enable_grad(true);
      loss = closure();
    }
    for (auto& group : param_groups_) {
      auto& options = static_cast<HeavyBallOptions&>(group.options());
      for (auto& p : group.params()) {
        if (!p.grad().defined()) continue;
        const auto key = c10::guts::to_string(p.unsafeGetTensorImpl());
        if (state_.find(key) == state_.end()) {
          auto state = std::make_unique<HeavyBallState>();
          state->buffer(torch::zeros_like(p, torch::MemoryFormat::Preserve));
          state_[key] = std::move(state);
        }
        auto& buffer = static_cast<HeavyBallState&>(*state_[key]).buffer();
        buffer.mul_(options.momentum()).add_(p.grad());
        p.data().add_(buffer, -options.lr());
      }
    }
    return loss;
  }
};

}  // namespace

TEST_SUITE("gradtape_torch/own_optimizer") {
  TEST_CASE("an optimizer written as libtorch's steps as they do") {
    torch::Tensor own = torch::ones({2}, torch::kDouble).requires_grad_();
    torch::Tensor built_in = torch::ones({2}, torch::kDouble).requires_grad_();
    HeavyBall heavy_ball({own}, HeavyBallOptions(0.1).momentum(0.9));
    torch::optim::SGD sgd({built_in}, torch::optim::SGDOptions(0.1).momentum(0.9));
    using Pair = std::pair<torch::optim::Optimizer*, torch::Tensor>;
    for (int i = 0; i < 5; ++i) {
      for (auto& [optimizer, p] : {Pair{&heavy_ball, own}, Pair{&sgd, built_in}}) {
        optimizer->zero_grad();
        p.square().sum().backward();
        optimizer->step();
      }
    }
    CHECK(own.allclose(built_in));
    CHECK(heavy_ball.state().size() == 1);
  }
}
