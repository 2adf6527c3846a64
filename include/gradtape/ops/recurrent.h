#pragma once

#include "gradtape/ops/tensor.h"

namespace gradtape {

/// Long short-term memory over a sequence, in layers: with the gates i, f, g and o stacked in this
/// order, c' = sigmoid(f) c + sigmoid(i) tanh(g) and h' = sigmoid(o) tanh(c'), from
/// gates = x W_ih^T + b_ih + h W_hh^T + b_hh.
///
/// hx holds the first h and c; params, for every layer and there for every direction, W_ih and W_hh
/// and, with has_biases, b_ih and b_hh. A layer above the first gets the outputs of the one below
/// (both directions side by side), while training with dropout between them.
///
/// Shapes: input [T, B, I], or [B, T, I] with batch_first; h and c [layers * directions, B, H];
/// weights [4H, I or directions * H] and [4H, H], biases [4H]; results: the last layer's h of every
/// step [T, B, directions * H], or [B, T, ...], and the last h and c, shaped as the first.
/// Throws: Error if a size or dtype does not fit, if parameters are too few or many, if a weight
/// projects (proj_size of LSTMOptions), or if the sequence is empty.
/// Source: Hochreiter & Schmidhuber, "Long Short-Term Memory", 1997, with the forget gate of Gers
/// et al. 2000.
std::tuple<Tensor, Tensor, Tensor> lstm(const Tensor& input, TensorList hx, TensorList params,
                                        bool has_biases, int64_t num_layers, double dropout,
                                        bool train, bool bidirectional, bool batch_first);

/// One step of lstm.
///
/// Shapes: input [B, I]; hx and the two results, h and c, [B, H] each; weights and biases as
/// lstm's. Throws: as lstm.
std::tuple<Tensor, Tensor> lstm_cell(const Tensor& input, TensorList hx, const Tensor& w_ih,
                                     const Tensor& w_hh, const Tensor& b_ih = {},
                                     const Tensor& b_hh = {});

}  // namespace gradtape
