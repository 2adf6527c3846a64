#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "error_of.h"
#include "golden.h"

#include "gradtape/gradtape.h"

namespace gradtape::testing {
namespace {

using nlohmann::json;

// The inputs of tests/golden/recurrent.py.
Tensor wave(IntArrayRef sizes, double phase) {
  const Tensor flat = zeros(sizes, kFloat64).flatten();
  return arange(flat.numel(), kFloat64).mul(0.9).add(phase).sin().view(sizes);
}

Tensor weighted(const variable_list& tensors) {
  Tensor sum = zeros({}, kFloat64);
  for (size_t i = 0; i < tensors.size(); ++i) {
    sum = sum + (tensors[i] * wave(tensors[i].sizes(), 3. + static_cast<double>(i))).sum();
  }
  return sum;
}

void check_equal(const json& expected, const variable_list& tensors) {
  REQUIRE(expected.size() == tensors.size());
  for (size_t i = 0; i < tensors.size(); ++i) {
    CAPTURE(i);
    const Tensor numbers = tensor(expected[i].get<std::vector<double>>(), kFloat64);
    CHECK(allclose(tensors[i].detach().flatten().to(kFloat64), numbers, 1e-7, 1e-8));
  }
}

// Values and first gradients as users take them, then first and second ones on a recorded graph.
void check_gradients(const json& golden,
                     const std::function<variable_list(const variable_list&)>& f) {
  variable_list inputs;
  for (const auto& shape : golden["shapes"]) {
    const auto sizes = shape.get<std::vector<int64_t>>();
    inputs.push_back(wave(sizes, static_cast<double>(inputs.size())).requires_grad_());
  }
  const variable_list outputs = f(inputs);
  check_equal(golden["outputs"], outputs);
  check_equal(golden["first"], autograd::grad({weighted(outputs)}, inputs));
  const variable_list first =
      autograd::grad({weighted(f(inputs))}, inputs, {}, {}, /*create_graph=*/true);
  check_equal(golden["first"], first);
  check_equal(golden["second"], autograd::grad({weighted(first)}, inputs));
}

}  // namespace

TEST_CASE("lstm agrees with PyTorch to second order") {
  const json golden = golden::load("recurrent.json");
  for (const json& c : golden["sequences"]) {
    CAPTURE(c["name"].get<std::string>());
    check_gradients(c, [&](const variable_list& x) {
      const auto [output, h, c_n] =
          lstm(x[0], {x[1], x[2]}, TensorList(x.data() + 3, x.size() - 3), c["bias"], c["layers"],
               0, true, c["both"], c["batch_first"]);
      return variable_list{output, h, c_n};
    });
  }
}

TEST_CASE("lstm_cell agrees with PyTorch to second order") {
  check_gradients(golden::load("recurrent.json")["cell"], [](const variable_list& x) {
    const auto [h, c] = lstm_cell(x[0], {x[1], x[2]}, x[3], x[4], x[5], x[6]);
    return variable_list{h, c};
  });
}

namespace {

struct Example {
  Tensor x, h, c;
  std::vector<Tensor> params;

  Example(int64_t steps, int64_t batch, int64_t inputs, int64_t units, ScalarType dtype) {
    manual_seed(4);
    x = randn({steps, batch, inputs}, dtype).requires_grad_();
    h = randn({1, batch, units}, dtype).requires_grad_();
    c = randn({1, batch, units}, dtype).requires_grad_();
    for (const int64_t columns : {inputs, units}) {
      params.push_back((randn({4 * units, columns}, dtype) * 0.3).detach().requires_grad_());
    }
    for (int i = 0; i < 2; ++i) params.push_back(randn({4 * units}, dtype).requires_grad_());
  }
  std::tuple<Tensor, Tensor, Tensor> run() const {
    return lstm(x, {h, c}, params, true, 1, 0, true, false, false);
  }
  variable_list inputs() const {
    variable_list all{x, h, c};
    all.insert(all.end(), params.begin(), params.end());
    return all;
  }
};

}  // namespace

TEST_CASE("lstm is the same number for number on one thread and on several") {
  const int threads = get_num_threads();
  for (const int64_t batch : {1, 2, 7, 13, 32}) {
    CAPTURE(batch);
    std::vector<variable_list> results;
    for (const int count : {1, 2, 3}) {
      set_num_threads(count);
      const Example example(5, batch, 6, 37, kFloat32);
      const auto [output, h, c] = example.run();
      // The states' gradients do not pass through a library's product.
      const variable_list states =
          autograd::grad({output.square().sum() + c.sum()}, {example.h, example.c});
      results.push_back({h, c, states[0], states[1]});
    }
    for (const variable_list& other : results) {
      for (size_t i = 0; i < other.size(); ++i) CHECK(other[i].equal(results[0][i]));
    }
  }
  set_num_threads(threads);
}

TEST_CASE("lstm's fused gradient is that of the steps written out, for any sizes") {
  for (const auto& [steps, batch, inputs, units] :
       {std::array<int64_t, 4>{1, 1, 3, 2}, {7, 3, 1, 16}, {2, 9, 5, 33}, {4, 17, 8, 64}}) {
    CAPTURE(units);
    const Example example(steps, batch, inputs, units, kFloat64);
    const auto [output, h, c] = example.run();
    std::vector<Tensor> outputs;
    Tensor state = example.h[0], cell = example.c[0];
    const auto& p = example.params;
    for (int64_t t = 0; t < steps; ++t) {
      const std::vector<Tensor> gates =
          (linear(example.x[t], p[0], p[2]) + linear(state, p[1], p[3])).chunk(4, 1);
      cell = gates[1].sigmoid() * cell + gates[0].sigmoid() * gates[2].tanh();
      state = gates[3].sigmoid() * cell.tanh();
      outputs.push_back(state);
    }
    CHECK(allclose(output, stack(outputs)));
    CHECK(allclose(c[0], cell));
    const auto loss = [](const Tensor& y, const Tensor& last) {
      return weighted({y, last.reshape({1, -1})});
    };
    const variable_list fast = autograd::grad({loss(output, c)}, example.inputs());
    const variable_list slow = autograd::grad({loss(stack(outputs), cell)}, example.inputs());
    for (size_t i = 0; i < fast.size(); ++i) CHECK(allclose(fast[i], slow[i], 1e-9, 1e-11));
  }
}

TEST_CASE(
    "lstm in float, where vectors and blocks of rows are used, gives what it gives in double") {
  const Example exact(6, 21, 20, 45, kFloat64);
  Example fast = exact;
  for (Tensor* t : {&fast.x, &fast.h, &fast.c}) *t = t->detach().to(kFloat32).requires_grad_();
  for (Tensor& t : fast.params) t = t.detach().to(kFloat32).requires_grad_();
  const auto run = [](const Example& example) {
    const auto [output, h, c] = example.run();
    variable_list results =
        autograd::grad({output.square().sum() + h.sum() + c.sum()}, example.inputs());
    results.insert(results.end(), {output.detach(), h.detach(), c.detach()});
    return results;
  };
  const variable_list a = run(exact), b = run(fast);
  for (size_t i = 0; i < a.size(); ++i) {
    CAPTURE(i);
    const double scale = std::max(1., a[i].abs().max().item<double>());
    CHECK((a[i] - b[i].to(kFloat64)).abs().max().item<double>() < 2e-5 * scale);
  }
}

TEST_CASE("lstm's results may be written in place, its inputs may not") {
  const Example example(3, 2, 2, 4, kFloat32);
  const auto [output, h, c] = example.run();
  output.mul_(2);
  output.sum().backward();
  CHECK(example.params[0].grad().defined());
  const Tensor x = example.x * 1;
  const auto again =
      lstm(x, {example.h, example.c}, example.params, true, 1, 0, true, false, false);
  x.add_(1);
  CHECK(contains(error_of([&] { std::get<0>(again).sum().backward(); }),
                 "It is read by the gradient of LstmBackward0"));
}

TEST_CASE("lstm names what does not fit") {
  const Example e(3, 2, 4, 5, kFloat32);
  const auto run = [&](const Tensor& x, TensorList hx, const std::vector<Tensor>& params) {
    return error_of([&] { lstm(x, hx, params, true, 1, 0, true, false, false); });
  };
  CHECK(contains(run(e.x, {e.h}, e.params), "lstm expects two hidden states"));
  CHECK(contains(run(e.x[0], {e.h, e.c}, e.params), "lstm: input must be floating point with 3"));
  CHECK(contains(run(e.x, {e.h, e.c[0]}, e.params), "lstm: c must be [1, 2, 5]; got [2, 5]"));
  CHECK(contains(run(e.x, {e.h, e.c}, {e.params[0]}),
                 "lstm: 1 cells have 4 parameters, without projections; got 1"));
  CHECK(contains(run(e.x, {e.h, e.c}, {e.params[1], e.params[1], e.params[2], e.params[3]}),
                 "lstm: weight_ih must be [20, 4]; got [20, 5], input [3, 2, 4]"));
  CHECK(contains(run(e.x.to(kFloat64), {e.h, e.c}, e.params),
                 "lstm: h must be of input's dtype (Double); got Float"));
  CHECK(contains(run(zeros({0, 2, 4}), {e.h, e.c}, e.params),
                 "Expected sequence length to be larger than 0 in RNN"));
}

}  // namespace gradtape::testing
