#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include <doctest/doctest.h>

#include "autograd/gradient_table.h"
#include "error_of.h"
#include "golden.h"

using namespace gradtape;
using namespace gradtape::testing;

namespace {

// The inputs of a sample as leaves of a dtype; transposed: axes in reverse order in memory.
Inputs leaves(const Sample& sample, bool transposed, ScalarType dtype = kFloat64) {
  Inputs result;
  for (const Tensor& input : sample.inputs) {
    if (!input.is_floating_point()) {
      result.push_back(input);
      continue;
    }
    Tensor leaf = empty_strided(input.sizes(), input.strides(), dtype);
    if (transposed && input.dim() >= 2) {
      std::vector<int64_t> reversed(input.sizes().begin(), input.sizes().end()), axes;
      std::reverse(reversed.begin(), reversed.end());
      for (int64_t i = input.dim(); i-- > 0;) axes.push_back(i);
      leaf = empty(reversed, dtype).permute(axes).detach();
    }
    {
      const NoGradGuard no_grad;
      leaf.copy_(input);
    }
    result.push_back(leaf.requires_grad_());
  }
  return result;
}

autograd::GradcheckFunction function_of(const GradientEntry& entry, const Sample& sample) {
  if (!sample.twice) return entry.f;
  return [&entry](const Inputs& x) {
    Inputs both{x[0], x[0]};
    both.insert(both.end(), x.begin() + 1, x.end());
    return entry.f(both);
  };
}

// Runs check on every sample of every entry and says which failed.
template <class Check>
void for_each_sample(const Check& check) {
  REQUIRE(gradient_table().size() > 20);
  for (const GradientEntry& entry : gradient_table()) {
    for (const Sample& sample : entry.samples) {
      std::string wrong;
      try {
        check(entry, sample);
      } catch (const Error& error) {
        wrong = error.what();
      }
      CHECK_MESSAGE(wrong.empty(), entry.op, ", ", sample.what, ": ", wrong);
    }
  }
}

bool has_elements(const Sample& sample) {
  return std::all_of(sample.inputs.begin(), sample.inputs.end(),
                     [](const Tensor& input) { return input.numel() > 0; });
}

}  // namespace

TEST_CASE("every op of the table has the gradient that finite differences show") {
  for_each_sample([](const GradientEntry& entry, const Sample& sample) {
    autograd::gradcheck(function_of(entry, sample), leaves(sample, false));
    autograd::gradcheck(function_of(entry, sample), leaves(sample, true));
  });
}

TEST_CASE("every op of the table has the second-order gradient that finite differences show") {
  for_each_sample([](const GradientEntry& entry, const Sample& sample) {
    autograd::gradgradcheck(function_of(entry, sample), leaves(sample, false));
    autograd::gradgradcheck(function_of(entry, sample), leaves(sample, true));
  });
}

// gradcheck runs in double, which the fast float kernels never see.
TEST_CASE("every op of the table gives in float what it gives in double") {
  for_each_sample([](const GradientEntry& entry, const Sample& sample) {
    if (!has_elements(sample)) return;
    const auto run = [&](ScalarType dtype) {
      const Inputs inputs = leaves(sample, false, dtype);
      Inputs results = function_of(entry, sample)(inputs), roots, seeds, checked;
      for (const Tensor& output : results) {
        if (!output.requires_grad()) continue;
        roots.push_back(output);
        Generator generator(7);
        seeds.push_back(randn(output.sizes(), generator, kFloat64).to(output.dtype()));
      }
      for (const Tensor& input : inputs) {
        if (input.requires_grad()) checked.push_back(input);
      }
      for (Tensor& grad : autograd::grad(roots, checked, seeds, {}, false, true)) {
        results.push_back(std::move(grad));
      }
      return results;
    };
    const Inputs exact = run(kFloat64), fast = run(kFloat32);
    for (size_t i = 0; i < exact.size(); ++i) {
      GRADTAPE_CHECK(exact[i].defined() == fast[i].defined(), "result ", i,
                     " is defined in one only");
      if (!exact[i].defined() || exact[i].numel() == 0) continue;
      const Tensor reference = exact[i].detach().to(kFloat64),
                   given = fast[i].detach().to(kFloat64);
      const double scale = std::max(1.0, reference.abs().max().item<double>());
      const double error = (given - reference).abs().max().item<double>();
      GRADTAPE_CHECK(error <= entry.float_tolerance * scale, "result ", i, ": float differs by ",
                     error, " at scale ", scale);
    }
  });
}

namespace {

// Public ops that have no gradient, each with the reason.
const std::map<std::string, std::string>& without_gradient() {
  static const std::map<std::string, std::string> reasons = [] {
    std::map<std::string, std::string> result;
    const auto add = [&](const std::string& reason, std::initializer_list<const char*> names) {
      for (const char* name : names) result[name] = reason;
    };
    add("a factory: no tensor goes in",
        {"empty", "empty_strided", "zeros", "ones", "full", "arange", "linspace", "logspace", "eye",
         "rand", "randn", "randint", "randperm", "normal", "from_blob", "scalar_tensor", "tensor"});
    add("reads the shape alone", {"empty_like", "zeros_like", "ones_like", "full_like", "rand_like",
                                  "randn_like", "randint_like"});
    add("a random draw", {"bernoulli"});
    add("the result is boolean",
        {"eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or", "logical_xor",
         "logical_not", "isnan", "isinf", "isfinite", "isclose", "all", "any"});
    add("the result is an index", {"argmax", "argmin", "argsort", "nonzero"});
    add("takes integers", {"one_hot", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_not"});
    add("PyTorch has none either", {"floor_divide"});
    return result;
  }();
  return reasons;
}

// Names of the functions that the headers in include/gradtape/ops declare and that return tensors.
std::set<std::string> public_ops() {
  std::set<std::string> names;
  const std::regex declaration(
      R"(^(?:Tensor&?|std::tuple<[^>]*>|std::vector<Tensor>|variable_list) (\w+)\()");
  for (const auto& file :
       std::filesystem::directory_iterator(golden::source_dir() + "/include/gradtape/ops")) {
    std::ifstream stream(file.path());
    for (std::string line; std::getline(stream, line);) {
      if (std::smatch match; std::regex_search(line, match, declaration)) names.insert(match[1]);
    }
  }
  return names;
}

}  // namespace

TEST_CASE("every public op is in the gradient table or in the list of ops without a gradient") {
  std::set<std::string> covered;
  for (const GradientEntry& entry : gradient_table()) {
    std::istringstream names(entry.op);
    for (std::string name; std::getline(names >> std::ws, name, ',');) covered.insert(name);
  }
  const std::set<std::string> ops = public_ops();
  REQUIRE(ops.size() > 100);
  for (const std::string& op : ops) {
    const bool differentiable = covered.contains(op);
    const bool excused = without_gradient().contains(op);
    CHECK_MESSAGE((differentiable || excused), op,
                  " is neither in the gradient table nor in the list of ops without a gradient");
    CHECK_MESSAGE(!(differentiable && excused), op, " is in both");
  }
  for (const auto& [op, reason] : without_gradient()) {
    CHECK_MESSAGE(ops.contains(op), op,
                  " is listed as without a gradient but no header declares it");
  }
}

// PyTorch 1.13.1 gives zeros for these, not an error for want of a path.
TEST_CASE("a second derivative that is zero everywhere is a tensor of zeros") {
  const Tensor data = values({3, 4}, -2, 2, 1);
  const auto check = [&](const std::string& what, const std::function<Tensor(const Tensor&)>& op) {
    const Tensor x = data.detach().clone().requires_grad_();
    const std::string text = error_of([&] {
      const Tensor grad = autograd::grad({op(x).sum()}, {x}, {}, true, /*create_graph=*/true)[0];
      CHECK_MESSAGE(autograd::grad({grad.sum()}, {x})[0].equal(zeros_like(data)), what);
    });
    CHECK_MESSAGE(text.empty(), what, ": ", text);
  };
  const Tensor targets = tensor({0, 1, 2});
  check("relu", [](const Tensor& x) { return relu(x); });
  check("relu_", [](const Tensor& x) { return (x * 1).relu_(); });
  check("leaky_relu", [](const Tensor& x) { return leaky_relu(x); });
  check("leaky_relu_", [](const Tensor& x) {
    Tensor y = x * 1;
    return leaky_relu_(y);
  });
  check("abs", [](const Tensor& x) { return abs(x); });
  check("max_pool1d", [](const Tensor& x) { return max_pool1d(x, {2}); });
  check("max_pool1d_with_indices",
        [](const Tensor& x) { return std::get<0>(max_pool1d_with_indices(x, {2})); });
  check("max_pool2d", [](const Tensor& x) { return max_pool2d(x.view({1, 3, 4}), {2}); });
  check("avg_pool1d", [](const Tensor& x) { return avg_pool1d(x, {2}); });
  check("avg_pool2d", [](const Tensor& x) { return avg_pool2d(x.view({1, 3, 4}), {2}); });
  check("adaptive_avg_pool1d", [](const Tensor& x) { return adaptive_avg_pool1d(x, {2}); });
  check("adaptive_avg_pool2d", [](const Tensor& x) {
    return adaptive_avg_pool2d(x.view({1, 3, 4}), {2, 2});
  });
  check("nll_loss", [&](const Tensor& x) { return nll_loss(x, targets); });
  check("nll_loss, each",
        [&](const Tensor& x) { return nll_loss(x, targets, {}, Reduction::None); });
  check("nll_loss of planes", [](const Tensor& x) {
    return nll_loss_nd(x.view({1, 3, 4}), zeros({1, 4}, kInt64));
  });
  check("norm 1", [](const Tensor& x) { return norm(x, 1); });
  check("norm inf", [](const Tensor& x) { return norm(x, INFINITY); });
  check("1 % x", [](const Tensor& x) { return remainder(ones({4}, kFloat64), x); });
  check("bernoulli", [](const Tensor& x) { return bernoulli(x.sigmoid()); });
}
