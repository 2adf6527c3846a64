#pragma once

#include <vector>

#include "gradtape/ops/tensor.h"

namespace gradtape::nn::utils {

/// Scales the gradients so that their norm, as of one long vector, is at most max_norm; returns the
/// norm before. Parameters without a gradient are skipped. norm_type may be infinity.
///
/// Throws: Error, before anything is scaled, if error_if_nonfinite and the norm is inf or NaN.
double clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm,
                       double norm_type = 2.0, bool error_if_nonfinite = false);
double clip_grad_norm_(const Tensor& parameter, double max_norm, double norm_type = 2.0,
                       bool error_if_nonfinite = false);

/// Moves every element of the gradients into [-clip_value, clip_value].
void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value);
void clip_grad_value_(const Tensor& parameter, double clip_value);

}  // namespace gradtape::nn::utils
