#include "gradtape/ops/recurrent.h"

#include "autograd/op_node.h"
#include "core/checked.h"
#include "kernels/base/array.h"
#include "kernels/gemm/matmul.h"
#include "kernels/recurrent/lstm.h"
#include "kernels/reduce/reduce.h"

#include "gradtape/autograd/autograd.h"
#include "gradtape/ops/dropout.h"
#include "gradtape/ops/factory.h"
#include "gradtape/ops/join.h"
#include "gradtape/ops/linear_algebra.h"
#include "gradtape/ops/view.h"

namespace gradtape {
namespace {

using namespace autograd;
using Layer = std::tuple<Tensor, Tensor, Tensor>;  // output, last h, last c

// The same made of ops, step by step.
Layer composed_layer(const Tensor& x, Tensor h, Tensor c, const Tensor& w_ih, const Tensor& w_hh,
                     const Tensor& b_ih, const Tensor& b_hh, bool reverse) {
  const int64_t steps = x.sizes()[0], units = w_hh.sizes()[1];
  const Tensor inputs = linear(x, w_ih, b_ih);
  std::vector<Tensor> outputs(steps);
  for (int64_t step = 0; step < steps; ++step) {
    const int64_t time = reverse ? steps - 1 - step : step;
    const Tensor gates = inputs.select(0, time).add(linear(h, w_hh, b_hh));
    const auto gate = [&](int64_t k) { return gates.narrow(1, k * units, units); };
    c = gate(1).sigmoid().mul(c).add(gate(0).sigmoid().mul(gate(2).tanh()));
    h = gate(3).sigmoid().mul(c.tanh());
    outputs[time] = h;
  }
  return {stack(outputs), h, c};
}

// One direction of one layer. Inputs: x, first h and c, both weights, both biases; results: the
// layer's h of every step, the last h, the last c, and the three of LstmTrace. The gradient is one
// pass back over the steps and a product for each weight, or, where it is itself recorded, that of
// the composition.
struct LstmLayer {
  bool reverse;

  static constexpr const char* name = "LstmBackward0";
  static constexpr int kInputs = 7;
  static constexpr uint32_t num_differentiable = 3;
  static constexpr Reads kTrace = kOutput << 3 | kOutput << 4 | kOutput << 5;
  static constexpr Reads kAll = ((kInput0 << kInputs) - 1) | kTrace;
  static constexpr Reads reads[] = {kAll, kAll, kAll, kAll, kAll, kAll, kAll};

  void vjp(std::span<Tensor> grads, const Saved& saved, std::span<Tensor> into) const {
    if (GradMode::is_enabled()) return composed(grads, saved, into);
    const kernels::LstmTrace trace{saved.output(3), saved.output(4), saved.output(5)};
    kernels::LstmGradients gradients =
        kernels::lstm_gradients(grads[0], grads[1], grads[2], trace, saved.input(4), reverse);
    const DimVector sizes(saved.sizes(0));
    const int64_t rows = sizes[0] * sizes[1], units = saved.sizes(4)[1];
    // [T, B, n] -> [T * B, n], from a place of the first axis on.
    const auto flat = [&](const Tensor& array, int64_t place) {
      const int64_t columns = array.sizes()[2];
      return kernels::window(array, {rows, columns}, {columns, 1},
                             array.storage_offset() + place * sizes[1] * columns);
    };
    const Tensor gates = flat(gradients.gates, 0);
    if (saved.needs(0)) {
      const Tensor dx = kernels::mm(gates, false, saved.input(3), false);
      into[0] = kernels::window(dx, sizes, contiguous_strides(sizes), 0);
    }
    if (saved.needs(1)) into[1] = std::move(gradients.hidden);
    if (saved.needs(2)) into[2] = std::move(gradients.cell);
    if (saved.needs(3)) {
      into[3] = kernels::mm(gates, true, flat(kernels::dense(saved.input(0)), 0), false);
    }
    if (saved.needs(4)) {
      into[4] = kernels::mm(gates, true, flat(trace.hidden, reverse ? 1 : 0), false);
    }
    if (saved.needs(5) || saved.needs(6)) {
      const Tensor bias = kernels::sum(gates, kernels::AxisMask{1}, {4 * units});
      if (saved.needs(5)) into[5] = bias;
      if (saved.needs(6)) into[6] = bias;
    }
  }

 private:
  void composed(std::span<Tensor> grads, const Saved& saved, std::span<Tensor> into) const {
    Tensor inputs[kInputs];
    variable_list wanted, roots, seeds;
    for (int i = 0; i < kInputs; ++i) {
      inputs[i] = saved.input(i);
      if (!saved.needs(i)) continue;
      // A view, so that the gradient stops here even where one input was made from another.
      inputs[i] = inputs[i].view(inputs[i].sizes());
      wanted.push_back(inputs[i]);
    }
    const Layer layer = composed_layer(inputs[0], inputs[1], inputs[2], inputs[3], inputs[4],
                                       inputs[5], inputs[6], reverse);
    const auto add_root = [&](const Tensor& output, const Tensor& grad) {
      if (!grad.defined()) return;
      roots.push_back(output);
      seeds.push_back(grad);
    };
    add_root(std::get<0>(layer), grads[0]);
    add_root(std::get<1>(layer), grads[1]);
    add_root(std::get<2>(layer), grads[2]);
    variable_list found = autograd::grad(roots, wanted, seeds, /*retain_graph=*/true,
                                         /*create_graph=*/true, /*allow_unused=*/true);
    size_t next = 0;
    for (int i = 0; i < kInputs; ++i) {
      if (saved.needs(i)) into[i] = std::move(found[next++]);
    }
  }
};

Layer layer_of(const Tensor& x, const Tensor& h, const Tensor& c, const Tensor& w_ih,
               const Tensor& w_hh, const Tensor& b_ih, const Tensor& b_hh, bool reverse) {
  kernels::LstmResult result = kernels::lstm(x, h, c, {w_ih, w_hh, b_ih, b_hh}, reverse);
  const kernels::LstmTrace& trace = result.trace;
  record_many(LstmLayer{reverse},
              {result.output, result.hidden, result.cell, trace.gates, trace.hidden, trace.cells},
              x, h, c, w_ih, w_hh, b_ih, b_hh);
  return {std::move(result.output), std::move(result.hidden), std::move(result.cell)};
}

void check_array(const char* op, const char* what, const Tensor& array, IntArrayRef sizes,
                 const Tensor& input) {
  GRADTAPE_CHECK(array.defined() && array.sizes().equals(sizes), op, ": ", what, " must be ", sizes,
                 "; got ", array.defined() ? str(array.sizes()) : "an undefined tensor", ", input ",
                 input.sizes());
  GRADTAPE_CHECK(array.dtype() == input.dtype(), op, ": ", what, " must be of input's dtype (",
                 input.dtype(), "); got ", array.dtype());
}

// One cell's weights and, where given, biases.
void check_cell(const char* op, const Tensor& input, int64_t inputs, int64_t units,
                const Tensor& w_ih, const Tensor& w_hh, const Tensor& b_ih, const Tensor& b_hh) {
  check_array(op, "weight_ih", w_ih, {4 * units, inputs}, input);
  check_array(op, "weight_hh", w_hh, {4 * units, units}, input);
  GRADTAPE_CHECK(b_ih.defined() == b_hh.defined(), op, ": either both biases are given or none");
  if (!b_ih.defined()) return;
  check_array(op, "bias_ih", b_ih, {4 * units}, input);
  check_array(op, "bias_hh", b_hh, {4 * units}, input);
}

void check_input(const char* op, const Tensor& input, TensorList hx, int64_t rank) {
  GRADTAPE_CHECK(input.dim() == rank && input.is_floating_point(), op,
                 ": input must be floating point with ", rank, " dimensions; got ", input.dtype(),
                 " ", input.sizes());
  GRADTAPE_CHECK(hx.size() == 2 && hx[0].defined() && hx[1].defined(), op,
                 " expects two hidden states");
  GRADTAPE_CHECK(hx[0].dim() == rank, op, ": hidden states must have ", rank, " dimensions; got ",
                 hx[0].sizes());
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& input, TensorList hx, TensorList params,
                                        bool has_biases, int64_t num_layers, double dropout,
                                        bool train, bool bidirectional, bool batch_first) {
  check_input("lstm", input, hx, 3);
  const int64_t directions = bidirectional ? 2 : 1, cells = clamped_mul(num_layers, directions);
  const int64_t per_cell = has_biases ? 4 : 2, units = hx[0].sizes()[2];
  GRADTAPE_CHECK(num_layers > 0, "lstm: num_layers must be positive; got ", num_layers);
  GRADTAPE_CHECK(static_cast<int64_t>(params.size()) == clamped_mul(cells, per_cell),
                 "lstm: ", cells, " cells have ", clamped_mul(cells, per_cell),
                 " parameters, without projections; got ", params.size());
  Tensor x = batch_first ? input.transpose(0, 1) : input;
  GRADTAPE_CHECK(x.sizes()[0] > 0,
                 "Expected sequence length to be larger than 0 in RNN; got input ", input.sizes());
  const DimVector states{cells, x.sizes()[1], units};
  check_array("lstm", "h", hx[0], states, input);
  check_array("lstm", "c", hx[1], states, input);
  const auto parameter = [&](int64_t cell, int64_t k) {
    return k < per_cell ? params[cell * per_cell + k] : Tensor();
  };
  for (int64_t cell = 0; cell < cells; ++cell) {
    check_cell("lstm", input, cell < directions ? x.sizes()[2] : directions * units, units,
               parameter(cell, 0), parameter(cell, 1), parameter(cell, 2), parameter(cell, 3));
  }

  const std::vector<Tensor> h = hx[0].unbind(0), c = hx[1].unbind(0);
  std::vector<Tensor> last_h, last_c;
  for (int64_t layer = 0; layer < num_layers; ++layer) {
    std::vector<Tensor> outputs;
    for (int64_t direction = 0; direction < directions; ++direction) {
      const int64_t cell = layer * directions + direction;
      auto [output, h_n, c_n] =
          layer_of(x, h[cell], c[cell], parameter(cell, 0), parameter(cell, 1), parameter(cell, 2),
                   parameter(cell, 3), /*reverse=*/direction == 1);
      outputs.push_back(std::move(output));
      last_h.push_back(std::move(h_n));
      last_c.push_back(std::move(c_n));
    }
    x = directions == 1 ? outputs[0] : cat(outputs, -1);
    if (dropout != 0 && train && layer + 1 < num_layers) x = gradtape::dropout(x, dropout, train);
  }
  return {batch_first ? x.transpose(0, 1) : x, stack(last_h), stack(last_c)};
}

std::tuple<Tensor, Tensor> lstm_cell(const Tensor& input, TensorList hx, const Tensor& w_ih,
                                     const Tensor& w_hh, const Tensor& b_ih, const Tensor& b_hh) {
  check_input("lstm_cell", input, hx, 2);
  const int64_t units = hx[0].sizes()[1];
  const DimVector states{input.sizes()[0], units};
  check_array("lstm_cell", "h", hx[0], states, input);
  check_array("lstm_cell", "c", hx[1], states, input);
  check_cell("lstm_cell", input, input.sizes()[1], units, w_ih, w_hh, b_ih, b_hh);
  auto [output, h, c] =
      layer_of(input.unsqueeze(0), hx[0], hx[1], w_ih, w_hh, b_ih, b_hh, /*reverse=*/false);
  return {std::move(h), std::move(c)};
}

}  // namespace gradtape
