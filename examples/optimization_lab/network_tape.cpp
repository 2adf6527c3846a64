#include "examples/optimization_lab/network_tape.h"

#include <algorithm>
#include <cmath>

#include <gradtape/autograd/node.h>

namespace lab {
namespace {

using namespace gradtape;

std::vector<Tensor> inputs_of(const TapeEntry& entry, const std::vector<Tensor>& values) {
  std::vector<Tensor> inputs;
  for (const size_t i : entry.inputs) inputs.push_back(values[i]);
  return inputs;
}

// Whether the record's edges lead to the inputs' records: to a leaf's for a parameter, nowhere for
// a constant.
bool connected(const TapeEntry& entry, const std::vector<TapeEntry>& entries) {
  const auto record = entry.value.grad_fn();
  if (!record || record->num_inputs() != entry.inputs.size()) return false;
  for (size_t i = 0; i < entry.inputs.size(); ++i) {
    const TapeEntry& input = entries[entry.inputs[i]];
    const auto& to = record->next_edge(i).node;
    if (input.op          ? to != input.value.grad_fn()
        : input.parameter ? !to || !to->is_leaf()
                          : to.get() != nullptr)
      return false;
  }
  return true;
}

}  // namespace

size_t NetworkTape::constant(const std::string& symbol, const Tensor& value) {
  entries_.push_back({.symbol = symbol, .formula = "", .value = value});
  return entries_.size() - 1;
}

size_t NetworkTape::parameter(const std::string& symbol, const Tensor& value) {
  entries_.push_back({.symbol = symbol,
                      .formula = "",
                      .parameter = true,
                      .value = value.detach().requires_grad_()});
  return entries_.size() - 1;
}

size_t NetworkTape::op(const std::string& symbol, const std::string& formula,
                       Tensor (*op)(const std::vector<Tensor>&), std::vector<size_t> inputs) {
  entries_.push_back({.symbol = symbol, .formula = formula, .inputs = std::move(inputs), .op = op});
  return entries_.size() - 1;
}

void NetworkTape::run() {
  std::vector<Tensor> values;
  size_t replayed = 0;
  for (TapeEntry& entry : entries_) {
    if (entry.op) entry.value = entry.op(inputs_of(entry, values));
    values.push_back(entry.value);
    if (!entry.value.requires_grad()) continue;
    entry.value.register_hook([&entry, &replayed](const Tensor& grad) {
      entry.grad = grad.clone();
      entry.replayed = ++replayed;
    });
    if (entry.parameter) entry.record = "AccumulateGrad";
    if (!entry.op) continue;
    entry.record = entry.value.grad_fn()->name();
    entry.number = entry.value.grad_fn()->sequence();
    if (!connected(entry, entries_))
      throw Error("the record of " + entry.symbol + " is not connected as its formula says");
  }
  values.back().backward();
}

double NetworkTape::result_with(size_t entry, int64_t element, double change) const {
  const NoGradGuard no_grad;
  std::vector<Tensor> values;
  for (size_t i = 0; i < entries_.size(); ++i) {
    const bool fixed = i == entry || !entries_[i].op;
    values.push_back(fixed ? entries_[i].value.detach()
                           : entries_[i].op(inputs_of(entries_[i], values)));
    if (i != entry) continue;
    values.back() = values.back().clone();
    values.back().data_ptr<double>()[element] += change;
  }
  return values.back().item<double>();
}

double NetworkTape::largest_error() const {
  constexpr double kChange = 1e-5;
  double largest = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (!entries_[i].grad.defined()) continue;
    const Tensor grad = entries_[i].grad.contiguous();
    for (int64_t element = 0; element < grad.numel(); ++element) {
      const double slope =
          (result_with(i, element, kChange) - result_with(i, element, -kChange)) / (2 * kChange);
      largest = std::max(largest, std::abs(grad.data_ptr<double>()[element] - slope));
    }
  }
  return largest;
}

size_t NetworkTape::elements() const {
  size_t count = 0;
  for (const TapeEntry& entry : entries_)
    if (entry.grad.defined()) count += static_cast<size_t>(entry.grad.numel());
  return count;
}

}  // namespace lab
