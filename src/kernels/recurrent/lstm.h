#pragma once

#include "gradtape/core/tensor_base.h"

// One direction of one LSTM layer over a whole sequence, of f32 or f64. T steps, B sequences, I
// inputs, H units; gates stand in the order input, forget, cell, output.
namespace gradtape::kernels {

struct LstmWeights {
  TensorBase ih, hh;            // [4H, I], [4H, H]
  TensorBase bias_ih, bias_hh;  // [4H] each, or undefined
};

// What the forward pass leaves for the gradient. States have a place before and after every step:
// in place t what comes before step t, or, where time runs backwards, after it.
struct LstmTrace {
  TensorBase gates;          // [T, B, 4H], after their sigmoid or tanh
  TensorBase hidden, cells;  // [T + 1, B, H]
};

struct LstmResult {
  TensorBase output;        // [T, B, H]
  TensorBase hidden, cell;  // [B, H], after the last step
  LstmTrace trace;
};
// x [T, B, I], hidden and cell [B, H].
LstmResult lstm(const TensorBase& x, const TensorBase& hidden, const TensorBase& cell,
                const LstmWeights& weights, bool reverse);

struct LstmGradients {
  TensorBase gates;         // [T, B, 4H], of the gates before their sigmoid or tanh
  TensorBase hidden, cell;  // [B, H], of the first states
};
// The gradients of output and of the last states may each be undefined, which is zero.
LstmGradients lstm_gradients(const TensorBase& output, const TensorBase& hidden,
                             const TensorBase& cell, const LstmTrace& trace,
                             const TensorBase& weight_hh, bool reverse);

}  // namespace gradtape::kernels
