// Replays the programs of tests/golden/view_programs.json: nested views, in-place writes and reads
// through views made before and after them. The script beside that file says what a program is and
// what PyTorch recorded of it.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "gradtape/gradtape.h"

namespace lib = gradtape;

namespace {

using nlohmann::json;
using lib::Tensor;
using Ints = std::vector<std::int64_t>;

// ---- a program as PyTorch lines, to paste from a failure ------------------------------------------

std::string join(const json& list) {
  std::string text;
  for (const json& item : list) text += (text.empty() ? "" : ", ") + item.dump();
  return text;
}

std::string name(const json& variable) { return "v" + variable.dump(); }

std::string call_text(const json& ins) {
  const std::string op = ins["o"], self = name(ins["x"]);
  const std::string ints = ins.contains("a") ? join(ins["a"]) : "";
  const std::string other =
      ins.contains("y") ? name(ins["y"]) : (ins.contains("s") ? ins["s"].dump() : "");
  if (op == "set") {  // x[i] = y in C++; Python's would drop leading dimensions of 1 from y
    return self + "[" + ints + (ins.contains("y") ? "].copy_(" : "].fill_(") + other + ")";
  }
  if (op == "set_slice") {
    const json& a = ins["a"];
    return self + "[" + a[0].dump() + ":" + a[1].dump() + ":" + a[2].dump() + "] = " + other;
  }
  if (op == "slice") return "torch.ops.aten.slice(" + self + ", " + ints + ")";
  if (op == "as_strided") {
    return self + ".as_strided([" + ints + "], [" + join(ins["b"]) + "], " + ins["c"].dump() + ")";
  }
  if (op == "masked_fill_") {
    return self + ".masked_fill_(torch.tensor([" + join(ins["d"]) + "]).view(" + self +
           ".shape).gt(0), " + other + ")";
  }
  if (op == "view" || op == "reshape" || op == "permute" || op == "expand") {
    return self + "." + op + "([" + ints + "])";
  }
  return self + "." + op + "(" + ints + other + ")";
}

/// The whole program in Python; `made` holds how many variables each instruction made.
std::string program_text(const json& program, const std::vector<std::size_t>& made) {
  std::ostringstream text;
  text << "import torch; torch.set_default_dtype(torch.double)\n";
  std::size_t next = 0;
  for (const json& leaf : program["leaves"]) {
    text << "v" << next++ << " = torch.tensor([" << join(leaf["d"]) << "]).double().view("
         << join(leaf["z"]) << ")" << (leaf["g"] == 1 ? ".requires_grad_()" : "") << "\n";
  }
  std::size_t at = 0;
  for (const json& ins : program["code"]) {
    if (ins.value("n", 0) == 1) text << "with torch.no_grad(): ";
    const std::size_t results = at < made.size() ? made[at] : 0;
    const std::string op = ins["o"];
    const bool many = op == "split" || op == "chunk" || op == "unbind";
    for (std::size_t i = 0; i < results; ++i) text << "v" << next++ << (many ? ", " : " ");
    text << (results > 0 ? "= " : "") << call_text(ins) << "  # " << at++ << "\n";
  }
  text << "loss = 0\n";
  for (const json& term : program["end"]["t"]) {
    const std::string v = name(term[0]);
    text << "loss = loss + (" << v << (term[2] == 2 ? " * " + v : "") << " * (" << term[1].dump()
         << " + 0.25 * torch.arange(" << v << ".numel()).view(" << v << ".shape))).sum()\n";
  }
  const std::string mode = program["end"]["m"];
  if (mode == "double") {
    text << "first = torch.autograd.grad([loss], leaves, create_graph=True, allow_unused=True)\n"
            "sum((g * g).sum() for g in first if g is not None).backward()\n";
  } else {
    if (mode != "backward") {
      text << "loss.backward(" << (mode == "retain" ? "retain_graph=True" : "") << ")\n";
    }
    text << "loss.backward()\n";
  }
  return text.str();
}

// ---- running a program -------------------------------------------------------------------------------

Tensor constant(const std::vector<double>& values, const Ints& sizes) {
  return lib::tensor(values, lib::TensorOptions().dtype(lib::kFloat64)).view(sizes);
}

Ints sizes_of(const Tensor& tensor) {
  Ints sizes;
  for (std::int64_t dim = 0; dim < tensor.dim(); ++dim) sizes.push_back(tensor.size(dim));
  return sizes;
}

using Made = std::vector<Tensor>;
using Variables = std::vector<Tensor>;
using Op = std::function<Made(const json& ins, Tensor& x, const Ints& a)>;

const std::map<std::string, Op>& view_ops() {
  static const std::map<std::string, Op> ops = {
      {"view", [](const json&, Tensor& x, const Ints& a) { return Made{x.view(a)}; }},
      {"reshape", [](const json&, Tensor& x, const Ints& a) { return Made{x.reshape(a)}; }},
      {"permute", [](const json&, Tensor& x, const Ints& a) { return Made{x.permute(a)}; }},
      {"expand", [](const json&, Tensor& x, const Ints& a) { return Made{x.expand(a)}; }},
      {"transpose",
       [](const json&, Tensor& x, const Ints& a) { return Made{x.transpose(a[0], a[1])}; }},
      {"select", [](const json&, Tensor& x, const Ints& a) { return Made{x.select(a[0], a[1])}; }},
      {"slice",
       [](const json&, Tensor& x, const Ints& a) { return Made{x.slice(a[0], a[1], a[2], a[3])}; }},
      {"narrow",
       [](const json&, Tensor& x, const Ints& a) { return Made{x.narrow(a[0], a[1], a[2])}; }},
      {"unsqueeze", [](const json&, Tensor& x, const Ints& a) { return Made{x.unsqueeze(a[0])}; }},
      {"squeeze", [](const json&, Tensor& x, const Ints& a) { return Made{x.squeeze(a[0])}; }},
      {"diagonal", [](const json&, Tensor& x, const Ints& a) { return Made{x.diagonal(a[0])}; }},
      {"as_strided",
       [](const json& ins, Tensor& x, const Ints& a) {
         return Made{x.as_strided(a, ins["b"].get<Ints>(), ins["c"].get<std::int64_t>())};
       }},
      {"split", [](const json&, Tensor& x, const Ints& a) { return Made(x.split(a[0], a[1])); }},
      {"chunk", [](const json&, Tensor& x, const Ints& a) { return Made(x.chunk(a[0], a[1])); }},
      {"unbind", [](const json&, Tensor& x, const Ints& a) { return Made(x.unbind(a[0])); }},
      {"detach", [](const json&, Tensor& x, const Ints&) { return Made{x.detach()}; }},
  };
  return ops;
}

const std::map<std::string, std::function<Tensor(Tensor&)>>& unary_ops() {
  static const std::map<std::string, std::function<Tensor(Tensor&)>> ops = {
      {"clone", [](Tensor& x) { return x.clone(); }},
      {"exp", [](Tensor& x) { return x.exp(); }},
      {"tanh", [](Tensor& x) { return x.tanh(); }},
      {"sigmoid", [](Tensor& x) { return x.sigmoid(); }},
      {"relu", [](Tensor& x) { return x.relu(); }},
      {"zero_", [](Tensor& x) { return x.zero_(); }},
      {"exp_", [](Tensor& x) { return x.exp_(); }},
      {"tanh_", [](Tensor& x) { return x.tanh_(); }},
      {"sigmoid_", [](Tensor& x) { return x.sigmoid_(); }},
      {"relu_", [](Tensor& x) { return x.relu_(); }},
      {"requires_grad_",
       [](Tensor& x) {
         x.requires_grad_(true);
         return x;
       }},
  };
  return ops;
}

/// Arithmetic and assignment with y, a tensor or a number; the result, or x itself.
template <class Other>
Tensor binary(const std::string& op, Tensor& x, const Other& y, const Ints& a) {
  if (op == "add") return x.add(y);
  if (op == "sub") return x.sub(y);
  if (op == "mul") return x.mul(y);
  if (op == "add_") return x.add_(y);
  if (op == "sub_") return x.sub_(y);
  if (op == "mul_") return x.mul_(y);
  if (op == "set") {
    x[a[0]] = y;
    return x;
  }
  if (op == "set_slice") {
    x.index_put_({lib::indexing::Slice(a[0], a[1], a[2])}, y);
    return x;
  }
  FAIL("unknown op " << op);
  return x;
}

/// Runs one instruction and gives the variables it makes.
Made execute(const json& ins, Variables& variables) {
  const std::string op = ins["o"];
  const Ints a = ins.contains("a") ? ins["a"].get<Ints>() : Ints{};
  Tensor x = variables.at(ins["x"].get<std::size_t>());
  std::optional<lib::NoGradGuard> quiet;
  if (ins.value("n", 0) == 1) quiet.emplace();

  if (auto found = view_ops().find(op); found != view_ops().end()) return found->second(ins, x, a);
  if (op == "sum") return {a.empty() ? x.sum() : x.sum(a[0])};
  Tensor result;
  if (auto found = unary_ops().find(op); found != unary_ops().end()) {
    result = found->second(x);
  } else if (ins.contains("y")) {
    const Tensor y = variables.at(ins["y"].get<std::size_t>());
    if (op == "matmul") {
      result = x.matmul(y);
    } else {
      result = op == "copy_" ? x.copy_(y) : binary(op, x, y, a);
    }
  } else {
    const double s = ins["s"];
    if (op == "fill_") {
      result = x.fill_(s);
    } else if (op == "masked_fill_") {
      const Tensor mask = constant(ins["d"].get<std::vector<double>>(), sizes_of(x)).gt(0);
      result = x.masked_fill_(mask, s);
    } else {
      result = binary(op, x, s, a);
    }
  }
  const bool writes = op.back() == '_' || op == "set" || op == "set_slice";
  return writes ? Made{} : Made{result};
}

Tensor loss_of(const json& terms, const Variables& variables) {
  Tensor loss;
  for (const json& term : terms) {
    const Tensor v = variables.at(term[0].get<std::size_t>());
    std::vector<double> weights;
    for (std::int64_t j = 0; j < v.numel(); ++j) {
      weights.push_back(term[1].get<double>() + 0.25 * static_cast<double>(j));
    }
    const Tensor weight = constant(weights, sizes_of(v));
    const Tensor value = ((term[2] == 2 ? v * v : v) * weight).sum();
    loss = loss.defined() ? loss + value : value;
  }
  return loss;
}

// ---- comparing ---------------------------------------------------------------------------------------

std::vector<double> values_of(const Tensor& tensor) {
  lib::NoGradGuard guard;
  const Tensor plain = tensor.detach().contiguous();
  const double* data = plain.data_ptr<double>();
  return {data, data + plain.numel()};
}

bool close(const std::vector<double>& got, const std::vector<double>& expected) {
  return std::equal(got.begin(), got.end(), expected.begin(), expected.end(),
                    [](double x, double y) {
                      return std::abs(x - y) <= 1e-9 * std::max(1.0, std::abs(y));
                    });
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
        const Made made = execute(program_["code"][at], variables_);
        made_.push_back(made.size());
        variables_.insert(variables_.end(), made.begin(), made.end());
      } catch (const std::exception& error) {
        message = error.what();
        if (message.empty()) message = "(an empty message)";
      }
      const std::string text = "instruction " + std::to_string(at) + ", " +
                               call_text(program_["code"][at]) + ": ";
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
    if (expected.contains("loss") && loss.defined()) compare_values("loss", loss, json::array({expected["loss"]}));
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
      const bool zero = std::all_of(present.begin(), present.end(),
                                    [](double v) { return std::abs(v) < 1e-9; });
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

json read_programs() {
#ifdef GRADTAPE_TEST_GOLDEN_DIR
  const std::filesystem::path folder = GRADTAPE_TEST_GOLDEN_DIR;
#else
  const auto folder = std::filesystem::path(__FILE__).parent_path().parent_path() / "golden";
#endif
  std::ifstream file(folder / "view_programs.json");
  REQUIRE_MESSAGE(file.good(), "cannot read " << (folder / "view_programs.json").string());
  return json::parse(file);
}

}  // namespace

TEST_CASE("500 random programs of views and in-place writes give PyTorch's results") {
  const json recorded = read_programs();
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
