#include "error_of.h"
#include "ops/recorded.h"

#include "gradtape/ops/normalization.h"

using namespace gradtape;
using namespace gradtape::testing;

namespace {

// The running statistics of the script, in the dtype of x.
Tensor running_mean(const Tensor& x) { return wave({3}, 5).to(x.dtype()); }
Tensor running_var(const Tensor& x) { return wave({3}, 6).add(2).to(x.dtype()); }

Tensor normalized(const std::vector<Tensor>& x, bool training) {
  return batch_norm(x[0], x[1], x[2], running_mean(x[0]), running_var(x[0]), training);
}

}  // namespace

TEST_CASE("batch_norm gives PyTorch's values and gradients") {
  for (const char* name : {"batch_norm_2", "batch_norm_3", "batch_norm_4"}) {
    check_recorded(name, [](const auto& x) { return normalized(x, true); });
  }
  for (const char* name : {"batch_norm_eval", "batch_norm_eval_2"}) {
    check_recorded(name, [](const auto& x) { return normalized(x, false); });
  }
}

TEST_CASE("training moves the running statistics and their versions") {
  const Tensor x = wave({2, 3, 5, 4}, 0), mean = running_mean(x).clone(),
               var = running_var(x).clone();
  const int64_t version = mean._version();
  batch_norm(x, {}, {}, mean, var, true);
  check_near(mean, numbers(recorded("batch_norm_running")["mean"], {3}), 1e-8);
  check_near(var, numbers(recorded("batch_norm_running")["var"], {3}), 1e-8);
  CHECK(mean._version() == version + 1);
}

TEST_CASE("a second batch before backward does not disturb the first one's gradient") {
  const Tensor mean = zeros({3}), var = ones({3});
  const Tensor x = wave({4, 3}, 0).to(kFloat32).detach().requires_grad_();
  const Tensor y = batch_norm(x, {}, {}, mean, var, true);
  batch_norm(x, {}, {}, mean, var, true);
  y.mul(y).sum().backward();
  CHECK(x.grad().defined());
}

TEST_CASE("a large mean costs no digits") {
  for (const int64_t space : {1, 64}) {
    const Tensor x = wave({50, 2, space}, 0);
    const Tensor shifted = x.add(1000).to(kFloat32);
    const Tensor expected = batch_norm(shifted.to(kFloat64), {}, {}, {}, {}, true);
    check_near(batch_norm(shifted, {}, {}, {}, {}, true), expected, 1e-3);
  }
}

TEST_CASE("batch_norm differentiates twice") {
  for (const bool training : {true, false}) {
    const variable_list inputs{wave({3, 2, 2}, 0).requires_grad_(), wave({2}, 1).requires_grad_(),
                               wave({2}, 2).requires_grad_()};
    const auto f = [&](const variable_list& x) {
      return variable_list{
          batch_norm(x[0], x[1], x[2], zeros({2}, kFloat64), full({2}, 2, kFloat64), training)};
    };
    CHECK(autograd::gradcheck(f, inputs));
    CHECK(autograd::gradgradcheck(f, inputs));
  }
}

TEST_CASE("batch_norm refuses what has no variance or does not fit") {
  CHECK(error_of([] {
          batch_norm(zeros({1, 3}), {}, {}, {}, {}, true);
        }) == "Expected more than 1 value per channel when training, got input size [1, 3]");
  CHECK(starts_with(error_of([] {
                      batch_norm(zeros({2, 3}), {}, {}, {}, {}, false);
                    }),
                    "running_mean must be defined in evaluation mode"));
  CHECK(starts_with(error_of([] {
                      batch_norm(zeros({2, 3}), {}, {}, zeros({4}), zeros({3}), false);
                    }),
                    "running_mean should contain 3 elements not 4"));
}

TEST_CASE("layer_norm gives PyTorch's values and gradients") {
  for (const char* name : {"layer_norm_1", "layer_norm_2"}) {
    check_recorded(name, [](const auto& x) { return layer_norm(x[0], x[1].sizes(), x[1], x[2]); });
  }
}

TEST_CASE("layer_norm's gradients are the same number for number on any number of threads") {
  const int threads = get_num_threads();
  variable_list first;
  for (const int count : {1, 2, 3}) {
    set_num_threads(count);
    manual_seed(2);
    const Tensor x = randn({300, 130}).requires_grad_(), w = randn({130}).requires_grad_(),
                 b = randn({130}).requires_grad_();
    variable_list results = autograd::grad({layer_norm(x, {130}, w, b).square().sum()}, {x, w, b});
    if (first.empty()) first = results;
    for (size_t i = 0; i < first.size(); ++i) CHECK(results[i].equal(first[i]));
  }
  set_num_threads(threads);
}

TEST_CASE("layer_norm of few rows that are wide, of one element, of none") {
  const Tensor wide = arange(200'000, kFloat64).mul(1.7).sin().add(1000).view({2, 100'000});
  const Tensor centred = wide.sub(wide.mean({1}, true));
  const Tensor expected = centred.div(centred.square().mean({1}, true).add(1e-5).sqrt());
  CHECK(allclose(layer_norm(wide, {100'000}), expected));
  CHECK(equal(layer_norm(ones({3, 1}), {1}), zeros({3, 1})));
  const Tensor none = empty({0, 4}).requires_grad_(), weight = ones({4}).requires_grad_();
  layer_norm(none, {4}, weight).sum().backward();
  CHECK(equal(weight.grad(), zeros({4})));
  CHECK(layer_norm(empty({3, 0}), {0}).sizes().equals({3, 0}));
}

TEST_CASE("layer_norm names what does not fit") {
  CHECK(contains(error_of([] {
                   layer_norm(zeros({2, 3}), {5});
                 }),
                 "Given normalized_shape=[5], expected input to end in these sizes, but got input "
                 "of size[2, 3]"));
  CHECK(contains(error_of([] {
                   layer_norm(zeros({2, 3}), {3}, zeros({2}));
                 }),
                 "Expected weight to be of same shape as normalized_shape, but got weight of shape "
                 "[2] and normalized_shape = [3]"));
  CHECK(contains(error_of([] {
                   layer_norm(zeros({2, 3}), {});
                 }),
                 "Expected normalized_shape to be at least 1-dimensional"));
  CHECK(contains(error_of([] { layer_norm(zeros({2, 3}, kInt64), {3}); }), "not implemented for"));
}

TEST_CASE("batch_norm with eps 0 gives 0 for what does not vary, and its gradient is 0") {
  const Tensor x = full({4, 2}, 3.).requires_grad_();
  const Tensor y = batch_norm(x, {}, {}, {}, {}, true, 0.1, 0., false);
  CHECK(y.eq(0).all().item<bool>());
  for (const bool recorded : {false, true}) {
    const Tensor grad = autograd::grad({y.sum()}, {x}, {}, true, recorded)[0];
    CHECK(grad.eq(0).all().item<bool>());
    if (!recorded) continue;
    CHECK(autograd::grad({grad.sum()}, {x})[0].eq(0).all().item<bool>());
  }
}
