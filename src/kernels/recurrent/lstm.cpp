#include "kernels/recurrent/lstm.h"

#include "kernels/base/simd_rows.h"
#include "kernels/gemm/packed_matrix.h"

// A step's product is too small for two threads: instead each thread takes its share of the batch
// through the whole sequence, in one parallel region, and meets the others at the end only.
namespace gradtape::kernels {
namespace {

// The order in which steps are taken.
struct Steps {
  int64_t count, batch, units;
  bool reverse;

  int64_t time(int64_t step) const { return reverse ? count - 1 - step : step; }
  // Places of the states before and after the step at this time.
  int64_t before(int64_t time) const { return reverse ? time + 1 : time; }
  int64_t after(int64_t time) const { return reverse ? time : time + 1; }
  // f(begin, end) for the sequences of each thread.
  template <class F>
  void share_batch(const F& f) const {
    const int64_t shares = std::clamp<int64_t>(available_threads(), 1, std::max<int64_t>(batch, 1));
    const int64_t share = (batch + shares - 1) / shares;
    parallel_items(shares, count * share * 4 * units * units, [&](int64_t i) {
      const int64_t begin = i * share, end = std::min(begin + share, batch);
      if (begin < end) f(begin, end);
    });
  }
};

template <class V>
inline V sigmoid(const V& x) {
  return V(1) / (V(1) + xsimd::exp(-x));
}

// One sequence's step: gates as the products left them, activated in place. Not inlined, as the
// next: copies for one thread and for several would be free to round differently.
template <class T>
[[gnu::noinline]] void forward_row(int64_t units, const T* bias, T* gates, const T* cell_before,
                                   T* cell, T* hidden, T* output) {
  for_vectors<T>(units, [&](int64_t j, auto zero) {
    using V = decltype(zero);
    const auto gate = [&](int64_t k) {
      const V sum = load<V>(gates + k * units + j);
      return bias ? sum + load<V>(bias + k * units + j) : sum;
    };
    const V in = sigmoid(gate(0)), forget = sigmoid(gate(1)), out = sigmoid(gate(3));
    const V candidate = xsimd::tanh(gate(2));
    const V c = forget * load<V>(cell_before + j) + in * candidate;
    const V h = out * xsimd::tanh(c);
    store(in, gates + j);
    store(forget, gates + units + j);
    store(candidate, gates + 2 * units + j);
    store(out, gates + 3 * units + j);
    store(c, cell + j);
    store(h, hidden + j);
    store(h, output + j);
  });
}

// Its gradient: dh, which came from the later steps, and dc in, those of the state before out;
// only dc can be finished here.
template <class T>
[[gnu::noinline]] void backward_row(int64_t units, const T* gates, const T* cell_before,
                                    const T* cell, const T* d_output, const T* dh, T* dc,
                                    T* d_gates) {
  for_vectors<T>(units, [&](int64_t j, auto zero) {
    using V = decltype(zero);
    const V one(1);
    const auto gate = [&](int64_t k) { return load<V>(gates + k * units + j); };
    const V in = gate(0), forget = gate(1), candidate = gate(2), out = gate(3);
    const V squashed = xsimd::tanh(load<V>(cell + j));
    V d_hidden = load<V>(dh + j);
    if (d_output) d_hidden = d_hidden + load<V>(d_output + j);
    const V d_cell = load<V>(dc + j) + d_hidden * out * (one - squashed * squashed);
    const V d_in = d_cell * candidate * in * (one - in);
    const V d_forget = d_cell * load<V>(cell_before + j) * forget * (one - forget);
    const V d_candidate = d_cell * in * (one - candidate * candidate);
    const V d_out = d_hidden * squashed * out * (one - out);
    store(d_in, d_gates + j);
    store(d_forget, d_gates + units + j);
    store(d_candidate, d_gates + 2 * units + j);
    store(d_out, d_gates + 3 * units + j);
    store(V(d_cell * forget), dc + j);
  });
}

// The two biases as one.
template <class T>
TensorBase bias_of(const LstmWeights& weights, int64_t width) {
  if (!weights.bias_ih.defined()) return {};
  const TensorBase sum = make_array({width}, dtype_of<T>());
  const TensorBase ih = dense(weights.bias_ih), hh = dense(weights.bias_hh);
  for (int64_t j = 0; j < width; ++j) {
    data_of<T>(sum)[j] = data_of<T>(ih)[j] + data_of<T>(hh)[j];
  }
  return sum;
}

TensorBase copied(const TensorBase& states, int64_t place) {
  const IntArrayRef sizes = states.impl().sizes();
  const TensorBase result = make_array({sizes[1], sizes[2]}, states.dtype());
  copy(result, window(states, {sizes[1], sizes[2]}, {sizes[2], 1}, place * sizes[1] * sizes[2]));
  return result;
}

template <class T>
LstmResult forward_of(const TensorBase& x, const TensorBase& hidden, const TensorBase& cell,
                      const LstmWeights& weights, const Steps& steps) {
  const int64_t batch = steps.batch, units = steps.units, width = 4 * units;
  const ScalarType dtype = x.dtype();
  LstmResult result;
  LstmTrace& trace = result.trace;
  result.output = make_array({steps.count, batch, units}, dtype);
  trace.gates = make_array({steps.count, batch, width}, dtype);
  trace.hidden = make_array({steps.count + 1, batch, units}, dtype);
  trace.cells = make_array({steps.count + 1, batch, units}, dtype);
  const int64_t first = steps.reverse ? steps.count : 0;
  const DimVector sizes{batch, units}, strides{units, 1};
  copy(window(trace.hidden, sizes, strides, first * batch * units), hidden);
  copy(window(trace.cells, sizes, strides, first * batch * units), cell);

  const TensorBase rows = dense(x);
  const int64_t inputs = x.impl().sizes()[2];
  T* const gates = data_of<T>(trace.gates);
  gemm(Matrix<T>{data_of<T>(rows), steps.count * batch, inputs, inputs, 1},
       matrix_of<T>(weights.ih).t(), gates, width);
  const PackedMatrix<T> recurrent(matrix_of<T>(weights.hh).t());
  const TensorBase bias = bias_of<T>(weights, width);
  T *const h = data_of<T>(trace.hidden), *const c = data_of<T>(trace.cells);
  T* const y = data_of<T>(result.output);
  steps.share_batch([&](int64_t begin, int64_t end) {
    for (int64_t step = 0; step < steps.count; ++step) {
      const int64_t time = steps.time(step);
      const int64_t before = steps.before(time) * batch, after = steps.after(time) * batch;
      recurrent.multiply(h + (before + begin) * units, units, end - begin,
                         gates + (time * batch + begin) * width, width, /*add=*/true);
      for (int64_t b = begin; b < end; ++b) {
        forward_row(units, data_of<T>(bias), gates + (time * batch + b) * width,
                    c + (before + b) * units, c + (after + b) * units, h + (after + b) * units,
                    y + (time * batch + b) * units);
      }
    }
  });
  const int64_t last = steps.reverse ? 0 : steps.count;
  result.hidden = copied(trace.hidden, last);
  result.cell = copied(trace.cells, last);
  return result;
}

// A fresh copy of a gradient to go on with; zeros if it is undefined.
template <class T>
TensorBase started(const TensorBase& grad, const Steps& steps) {
  const TensorBase result = make_array({steps.batch, steps.units}, dtype_of<T>());
  if (grad.defined()) {
    copy(result, grad);
  } else {
    std::fill_n(data_of<T>(result), result.numel(), T{0});
  }
  return result;
}

template <class T>
LstmGradients backward_of(const TensorBase& output, const TensorBase& hidden,
                          const TensorBase& cell, const LstmTrace& trace,
                          const TensorBase& weight_hh, const Steps& steps) {
  const int64_t batch = steps.batch, units = steps.units, width = 4 * units;
  LstmGradients result;
  result.gates = make_array({steps.count, batch, width}, trace.gates.dtype());
  result.hidden = started<T>(hidden, steps);
  result.cell = started<T>(cell, steps);
  const TensorBase d_output = output.defined() ? dense(output) : output;
  const PackedMatrix<T> recurrent(matrix_of<T>(weight_hh));
  const T *const gates = data_of<T>(trace.gates), *const c = data_of<T>(trace.cells);
  const T* const dy = data_of<T>(d_output);
  T *const dh = data_of<T>(result.hidden), *const dc = data_of<T>(result.cell);
  T* const d_gates = data_of<T>(result.gates);
  steps.share_batch([&](int64_t begin, int64_t end) {
    for (int64_t step = steps.count; step-- > 0;) {
      const int64_t time = steps.time(step);
      for (int64_t b = begin; b < end; ++b) {
        const int64_t row = time * batch + b;
        backward_row(units, gates + row * width, c + (steps.before(time) * batch + b) * units,
                     c + (steps.after(time) * batch + b) * units, dy ? dy + row * units : nullptr,
                     dh + b * units, dc + b * units, d_gates + row * width);
      }
      recurrent.multiply(d_gates + (time * batch + begin) * width, width, end - begin,
                         dh + begin * units, units, /*add=*/false);
    }
  });
  return result;
}

}  // namespace

LstmResult lstm(const TensorBase& x, const TensorBase& hidden, const TensorBase& cell,
                const LstmWeights& weights, bool reverse) {
  const IntArrayRef sizes = x.impl().sizes();
  const Steps steps{sizes[0], sizes[1], weights.hh.impl().sizes()[1], reverse};
  return visit_floating(x.dtype(), "lstm", [&](auto tag) {
    return forward_of<typename decltype(tag)::type>(x, hidden, cell, weights, steps);
  });
}

LstmGradients lstm_gradients(const TensorBase& output, const TensorBase& hidden,
                             const TensorBase& cell, const LstmTrace& trace,
                             const TensorBase& weight_hh, bool reverse) {
  const IntArrayRef sizes = trace.gates.impl().sizes();
  const Steps steps{sizes[0], sizes[1], weight_hh.impl().sizes()[1], reverse};
  return visit_floating(weight_hh.dtype(), "lstm", [&](auto tag) {
    return backward_of<typename decltype(tag)::type>(output, hidden, cell, trace, weight_hh, steps);
  });
}

}  // namespace gradtape::kernels
