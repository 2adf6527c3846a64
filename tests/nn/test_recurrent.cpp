#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "error_of.h"
#include "golden.h"

#include "gradtape/gradtape.h"

using namespace gradtape;
using gradtape::testing::contains;
using gradtape::testing::error_of;

namespace {

nn::LSTM make(const std::string& name) {
  const nn::LSTMOptions options(3, 5);
  if (name == "LSTM deep")
    return nn::LSTM(nn::LSTMOptions(options).num_layers(2).bidirectional(true).dropout(0.3));
  if (name == "LSTM batch first")
    return nn::LSTM(nn::LSTMOptions(options).batch_first(true).bias(false));
  if (name == "LSTM one sequence") return nn::LSTM(nn::LSTMOptions(options).num_layers(2));
  return nn::LSTM(options);
}

bool same(const Tensor& got, const nlohmann::json& numbers) {
  return allclose(got.flatten(), tensor(numbers.get<std::vector<double>>(), kFloat32), 1e-5, 1e-6);
}

}  // namespace

TEST_SUITE("nn/rnn") {
  TEST_CASE("an LSTM's names, first weights and results are PyTorch's for the same seed") {
    const Tensor lines = arange(24, kFloat64).mul(0.9).add(0.5).sin().view({4, 2, 3}).to(kFloat32);
    const nlohmann::json data = golden::load("recurrent.json");
    for (const nlohmann::json& c : data["modules"]) {
      const std::string name = c["name"];
      CAPTURE(name);
      manual_seed(0);
      nn::LSTM lstm = make(name);
      const auto state = lstm->state_dict();
      REQUIRE(state.size() == c["state"].size());
      for (size_t i = 0; i < state.size(); ++i) {
        CHECK(state[i].key() == c["state"][i]["name"]);
        CHECK(state[i]->equal(golden::tensor(c["state"][i], kFloat32)));
      }
      manual_seed(1);
      const auto [output, states] =
          lstm->forward(name == "LSTM one sequence" ? lines.select(1, 0) : lines);
      CHECK(output.dim() == static_cast<int64_t>(c["sizes"].size()));
      CHECK(same(output, c["output"]));
      CHECK(same(std::get<0>(states), c["h"]));
      CHECK(same(std::get<1>(states), c["c"]));
    }
  }

  TEST_CASE("an LSTM goes on where it stopped, and a cell is one of its steps") {
    nn::LSTM lstm(3, 4);
    nn::LSTMCell cell(3, 4);
    cell->weight_ih.set_data(lstm->all_weights()[0]);
    cell->weight_hh.set_data(lstm->all_weights()[1]);
    cell->bias_ih.set_data(lstm->all_weights()[2]);
    cell->bias_hh.set_data(lstm->all_weights()[3]);
    const Tensor x = randn({5, 2, 3});
    const auto [whole, last] = lstm(x);
    const auto [first, middle] = lstm(x.narrow(0, 0, 2));
    const auto [rest, end] = lstm(x.narrow(0, 2, 3), middle);
    CHECK(allclose(whole, cat({first, rest}), 1e-5, 1e-6));
    CHECK(allclose(std::get<1>(end), std::get<1>(last), 1e-5, 1e-6));
    auto state = cell(x[0]);
    for (int64_t t = 1; t < 5; ++t) state = cell(x[t], state);
    CHECK(allclose(std::get<0>(state), whole[4], 1e-5, 1e-6));
  }

  TEST_CASE("an LSTM in an AnyModule needs no states, and its clone has its own weights") {
    nn::LSTM lstm(2, 3);
    nn::AnyModule any(lstm);
    const Tensor x = randn({3, 1, 2});
    using Result = std::tuple<Tensor, std::tuple<Tensor, Tensor>>;
    const Tensor y = std::get<0>(lstm(x));
    CHECK(std::get<0>(any.forward<Result>(x)).equal(y));
    const auto copy = std::dynamic_pointer_cast<nn::LSTMImpl>(lstm->clone());
    {
      const NoGradGuard no_grad;
      for (Tensor& weight : lstm->parameters()) weight.zero_();
    }
    CHECK(std::get<0>(copy->forward(x)).equal(y));
    copy->to(kFloat64);
    CHECK(std::get<0>(copy->forward(x.to(kFloat64))).to(kFloat32).allclose(y, 1e-5, 1e-6));
  }

  TEST_CASE("recurrent layers name what does not fit") {
    nn::LSTM lstm(2, 3);
    CHECK(contains(error_of([&] {
                     lstm(ones({4, 1, 3}));
                   }),
                   "input.size(-1) must be equal to input_size. Expected 2, got 3"));
    CHECK(contains(error_of([&] { lstm(ones({4})); }), "input must have 3 dimensions, got 1"));
    CHECK(contains(error_of([&] {
                     lstm(ones({4, 2, 2}), std::make_tuple(ones({1, 1, 3}), ones({1, 2, 3})));
                   }),
                   "Expected hidden[0] size [1, 2, 3], got [1, 1, 3]"));
    CHECK(contains(error_of([] { nn::LSTM(nn::LSTMOptions(2, 3).proj_size(1)); }),
                   "LSTM: proj_size must be 0; got 1"));
    CHECK(contains(error_of([] { nn::LSTM(nn::LSTMOptions(2, 3).num_layers(0)); }),
                   "num_layers must be greater than zero"));
    CHECK(contains(error_of([] { nn::LSTM(nn::LSTMOptions(2, 3).dropout(2)); }),
                   "dropout should be a number in range [0, 1]"));
    nn::LSTMCell cell(2, 3);
    CHECK(contains(error_of([&] {
                     cell(ones({4, 3}));
                   }),
                   "input has inconsistent input_size: got 3 expected 2"));
    CHECK(contains(error_of([&] {
                     cell(ones({4, 2}), std::make_tuple(ones({4, 2}), ones({4, 3})));
                   }),
                   "hidden[0] has inconsistent hidden_size: got 2, expected 3"));
    CHECK(contains(error_of([&] {
                     cell(ones({4, 2}), std::make_tuple(ones({4, 3}), ones({3, 3})));
                   }),
                   "Input batch size 4 doesn't match hidden[1] batch size 3"));
  }
}
