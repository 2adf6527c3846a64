// Replays the programs of tests/golden/view_programs.json: nested views, in-place writes and reads
// through views made before and after them. The script beside that file says what a program is and
// what PyTorch recorded of it.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "autograd/view_program.h"
#include "golden.h"

namespace {

using lib::Tensor;
using nlohmann::json;
using namespace view_program;

std::vector<double> values_of(const Tensor& tensor) {
  lib::NoGradGuard guard;
  const Tensor plain = tensor.detach().contiguous();
  const double* data = plain.data_ptr<double>();
  return {data, data + plain.numel()};
}

bool close(const std::vector<double>& got, const std::vector<double>& expected) {
  return std::equal(
      got.begin(), got.end(), expected.begin(), expected.end(),
      [](double x, double y) { return std::abs(x - y) <= 1e-9 * std::max(1.0, std::abs(y)); });
}

std::string show(const std::vector<double>& values) { return json(values).dump(); }

/// Whether `message` is the recorded error. One of PyTorch's texts is part of another.
bool is_error(const std::string& message, const std::string& expected) {
  if (message.find(expected) == std::string::npos) return false;
  const bool of_view = message.find("a view of a leaf Variable") != std::string::npos;
  return of_view == (expected.find("a view of a leaf Variable") != std::string::npos) ||
         expected.find("leaf Variable that requires grad") == std::string::npos;
}

/// One replay; what differs from the record, one difference a line.
class Replay {
 public:
  explicit Replay(const json& program) : program_(program), expected_(program["out"]) {}

  std::string run() {
    for (const json& leaf : program_["leaves"]) {
      Tensor tensor = constant(leaf["d"].get<std::vector<double>>(), leaf["z"].get<Ints>());
      tensor.requires_grad_(leaf["g"] == 1);
      variables_.push_back(tensor);
    }
    if (run_code()) {
      compare_variables();
      run_end();
    }
    return differences_.str();
  }

  const std::vector<std::size_t>& made() const { return made_; }

 private:
  bool run_code() {
    const json raises = expected_.value("raises", json());
    for (std::size_t at = 0; at < program_["code"].size(); ++at) {
      const bool must_raise = !raises.is_null() && raises[0] == at;
      std::string message;
      try {
        const Variables made = execute(program_["code"][at], variables_);
        made_.push_back(made.size());
        variables_.insert(variables_.end(), made.begin(), made.end());
      } catch (const std::exception& error) {
        message = error.what();
        if (message.empty()) message = "(an empty message)";
      }
      const std::string text =
          "instruction " + std::to_string(at) + ", " + call_text(program_["code"][at]) + ": ";
      if (!compare_error(text, message, must_raise ? raises[1].get<std::string>() : "")) {
        return false;
      }
    }
    return true;
  }

  /// Notes a difference and gives false, unless the message is as expected ("" for none).
  bool compare_error(const std::string& text, const std::string& message,
                     const std::string& expected) {
    if (expected.empty() ? message.empty() : is_error(message, expected)) return true;
    differences_ << text << (message.empty() ? "did not raise" : "raised: " + message)
                 << (expected.empty() ? "" : "\n  expected: " + expected) << "\n";
    return false;
  }

  void compare_values(const std::string& text, const Tensor& got, const json& expected) {
    const auto values = expected.get<std::vector<double>>();
    const auto found = values_of(got);
    if (!close(found, values)) {
      differences_ << text << " is " << show(found) << ", expected " << show(values) << "\n";
    }
  }

  void compare_variables() {
    const json& expected = expected_["vars"];
    if (variables_.size() != expected.size()) {
      differences_ << variables_.size() << " variables, expected " << expected.size() << "\n";
      return;
    }
    // All values first: nothing asked later may have refreshed a view.
    for (std::size_t i = 0; i < variables_.size(); ++i) {
      if (sizes_of(variables_[i]) != expected[i][0].get<Ints>()) {
        differences_ << "v" << i << " has sizes " << json(sizes_of(variables_[i])).dump()
                     << ", expected " << expected[i][0].dump() << "\n";
      }
      compare_values("v" + std::to_string(i), variables_[i], expected[i][1]);
    }
    for (std::size_t i = 0; i < variables_.size(); ++i) {
      const Tensor& v = variables_[i];
      compare_property(i, "requires_grad", v.requires_grad(), expected[i][2]);
      compare_property(i, "_version", v._version(), expected[i][4]);
      if (expected[i][3].is_null()) continue;
      // Using a view brings it up to date with what happened to its base. Recorded is is_leaf after
      // that; before it libtorch's C++ and Python disagree.
      static_cast<void>(v.unsqueeze(0));
      compare_property(i, "is_leaf", v.is_leaf(), expected[i][3]);
    }
  }

  void compare_property(std::size_t i, const char* what, std::int64_t got, const json& expected) {
    if (got != expected.get<std::int64_t>()) {
      differences_ << "v" << i << "." << what << " is " << got << ", expected " << expected << "\n";
    }
  }

  void run_end() {
    const json& expected = expected_["end"];
    const std::string mode = program_["end"]["m"];
    std::string message;
    Tensor loss;
    std::vector<Tensor> first;
    try {
      loss = loss_of(program_["end"]["t"], variables_);
      if (mode == "double") {
        first = differentiate_twice(loss, expected);
      } else {
        loss.backward({}, mode == "retain");
        if (mode != "backward") loss.backward();
      }
    } catch (const std::exception& error) {
      message = error.what();
      if (message.empty()) message = "(an empty message)";
    }
    if (expected.contains("loss") && loss.defined())
      compare_values("loss", loss, json::array({expected["loss"]}));
    if (!compare_error("loss and backward: ", message, expected.value("error", ""))) return;
    if (expected.contains("first")) {
      for (std::size_t i = 0; i < first.size(); ++i) {
        compare_gradient("first gradient of " + name(expected["leaves"][i]), expected["first"][i],
                         first[i], false);
      }
    }
    if (expected.contains("grads")) {
      for (std::size_t i = 0; i < expected["grads"].size(); ++i) {
        const Tensor& leaf = variables_[expected["leaves"][i].get<std::size_t>()];
        compare_gradient("gradient of " + name(expected["leaves"][i]), expected["grads"][i],
                         leaf.grad(), mode == "double");
      }
    }
  }

  std::vector<Tensor> differentiate_twice(const Tensor& loss, const json& expected) {
    std::vector<Tensor> leaves;
    for (const json& leaf : expected["leaves"]) {
      leaves.push_back(variables_[leaf.get<std::size_t>()]);
    }
    const auto first = lib::autograd::grad({loss}, leaves, {}, true, true, true);
    Tensor total;
    for (const Tensor& gradient : first) {
      if (!gradient.defined()) continue;
      const Tensor square = (gradient * gradient).sum();
      total = total.defined() ? total + square : square;
    }
    if (total.defined() && total.requires_grad()) total.backward();
    return first;
  }

  /// In second order a gradient of zeros and none at all are the same: which of the two PyTorch
  /// gives tells how its formulas were put together.
  void compare_gradient(const std::string& what, const json& values, const Tensor& got,
                        bool none_is_zero) {
    if (values.is_null() != !got.defined()) {
      const auto present = got.defined() ? values_of(got) : values.get<std::vector<double>>();
      const bool zero =
          std::all_of(present.begin(), present.end(), [](double v) { return std::abs(v) < 1e-9; });
      if (!(none_is_zero && zero)) {
        differences_ << what << (got.defined() ? " is " + show(present) : " is undefined")
                     << ", expected " << values.dump() << "\n";
      }
    } else if (got.defined()) {
      compare_values(what, got, values);
    }
  }

  const json& program_;
  const json& expected_;
  Variables variables_;
  std::vector<std::size_t> made_;
  std::ostringstream differences_;
};

}  // namespace

TEST_CASE("500 random programs of views and in-place writes give PyTorch's results") {
  const json recorded = golden::load("view_programs.json");
  const json& programs = recorded["programs"];
  REQUIRE(programs.size() == 500);
  std::size_t wrong = 0;
  for (std::size_t number = 0; number < programs.size(); ++number) {
    Replay replay(programs[number]);
    const std::string differences = replay.run();
    if (differences.empty()) continue;
    ++wrong;
    // The first few in full; a long list would hide them.
    if (wrong <= 5) {
      FAIL_CHECK("program " << number << "\n"
                            << program_text(programs[number], replay.made()) << "--\n"
                            << differences);
    } else {
      FAIL_CHECK("program " << number << "\n" << differences);
    }
  }
  CHECK(wrong == 0);
}
