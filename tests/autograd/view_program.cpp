#include "autograd/view_program.h"

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>

namespace view_program {

using lib::Tensor;
using nlohmann::json;

Tensor constant(const std::vector<double>& values, const Ints& sizes) {
  return lib::tensor(values, lib::TensorOptions().dtype(lib::kFloat64)).view(sizes);
}

Ints sizes_of(const Tensor& tensor) {
  Ints sizes;
  for (std::int64_t dim = 0; dim < tensor.dim(); ++dim) sizes.push_back(tensor.size(dim));
  return sizes;
}

namespace {

using Op = std::function<Variables(const json& ins, Tensor& x, const Ints& a)>;

const std::map<std::string, Op>& view_ops() {
  static const std::map<std::string, Op> ops = {
      {"view", [](const json&, Tensor& x, const Ints& a) { return Variables{x.view(a)}; }},
      {"reshape", [](const json&, Tensor& x, const Ints& a) { return Variables{x.reshape(a)}; }},
      {"permute", [](const json&, Tensor& x, const Ints& a) { return Variables{x.permute(a)}; }},
      {"expand", [](const json&, Tensor& x, const Ints& a) { return Variables{x.expand(a)}; }},
      {"transpose",
       [](const json&, Tensor& x, const Ints& a) { return Variables{x.transpose(a[0], a[1])}; }},
      {"select",
       [](const json&, Tensor& x, const Ints& a) { return Variables{x.select(a[0], a[1])}; }},
      {"slice", [](const json&, Tensor& x,
                   const Ints& a) { return Variables{x.slice(a[0], a[1], a[2], a[3])}; }},
      {"narrow",
       [](const json&, Tensor& x, const Ints& a) { return Variables{x.narrow(a[0], a[1], a[2])}; }},
      {"unsqueeze",
       [](const json&, Tensor& x, const Ints& a) { return Variables{x.unsqueeze(a[0])}; }},
      {"squeeze", [](const json&, Tensor& x, const Ints& a) { return Variables{x.squeeze(a[0])}; }},
      {"diagonal",
       [](const json&, Tensor& x, const Ints& a) { return Variables{x.diagonal(a[0])}; }},
      {"as_strided",
       [](const json& ins, Tensor& x, const Ints& a) {
         return Variables{x.as_strided(a, ins["b"].get<Ints>(), ins["c"].get<std::int64_t>())};
       }},
      {"split",
       [](const json&, Tensor& x, const Ints& a) { return Variables(x.split(a[0], a[1])); }},
      {"chunk",
       [](const json&, Tensor& x, const Ints& a) { return Variables(x.chunk(a[0], a[1])); }},
      {"unbind", [](const json&, Tensor& x, const Ints& a) { return Variables(x.unbind(a[0])); }},
      {"detach", [](const json&, Tensor& x, const Ints&) { return Variables{x.detach()}; }},
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
  throw std::logic_error("view programs: unknown op " + op);
}

}  // namespace

Variables execute(const json& ins, Variables& variables) {
  const std::string op = ins["o"];
  const Ints a = ins.contains("a") ? ins["a"].get<Ints>() : Ints{};
  Tensor x = variables.at(ins["x"].get<std::size_t>());
  std::optional<lib::NoGradGuard> quiet;
  if (ins.value("n", 0) == 1) quiet.emplace();

  if (auto found = view_ops().find(op); found != view_ops().end()) return found->second(ins, x, a);
  if (op == "sum") return {a.empty() ? x.sum() : x.sum(lib::IntArrayRef(a))};
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
  return writes ? Variables{} : Variables{result};
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

}  // namespace view_program
