#pragma once

#include <cstdint>
#include <tuple>
#include <variant>

#include "gradtape/nn/enum.h"
#include "gradtape/ops/tensor.h"

// First values of weights. Each fills the tensor that it is given, draws PyTorch's random numbers
// in PyTorch's order, records nothing and returns the tensor.
namespace gradtape::nn::init {

using NonlinearityType =
    std::variant<enumtype::kLinear, enumtype::kConv1D, enumtype::kConv2D, enumtype::kConv3D,
                 enumtype::kConvTranspose1D, enumtype::kConvTranspose2D, enumtype::kConvTranspose3D,
                 enumtype::kSigmoid, enumtype::kTanh, enumtype::kReLU, enumtype::kLeakyReLU>;
using FanModeType = std::variant<enumtype::kFanIn, enumtype::kFanOut>;

/// The factor that keeps a layer's output as wide as its input: 5/3 for tanh, sqrt(2) for relu,
/// sqrt(2 / (1 + param^2)) for leaky relu, 1 for the others.
double calculate_gain(NonlinearityType nonlinearity, double param = 0.01);

Tensor uniform_(Tensor tensor, double low = 0, double high = 1);
Tensor normal_(Tensor tensor, double mean = 0, double std = 1);
Tensor constant_(Tensor tensor, Scalar value);
Tensor ones_(Tensor tensor);
Tensor zeros_(Tensor tensor);
/// The identity. Throws: Error unless matrix is 2-d.
Tensor eye_(Tensor matrix);

/// Uniform with standard deviation gain sqrt(2 / (fan_in + fan_out)).
///
/// Throws: Error if the tensor has fewer than 2 axes; so do all below.
/// Source: Glorot & Bengio, "Understanding the difficulty of training deep feedforward neural
///         networks", AISTATS 2010.
Tensor xavier_uniform_(Tensor tensor, double gain = 1.0);
Tensor xavier_normal_(Tensor tensor, double gain = 1.0);

/// Uniform with standard deviation gain / sqrt(fan); a is the slope of a leaky relu.
///
/// Source: He et al., "Delving deep into rectifiers", ICCV 2015.
Tensor kaiming_uniform_(Tensor tensor, double a = 0, FanModeType mode = kFanIn,
                        NonlinearityType nonlinearity = kLeakyReLU);
Tensor kaiming_normal_(Tensor tensor, double a = 0, FanModeType mode = kFanIn,
                       NonlinearityType nonlinearity = kLeakyReLU);

/// Rows, or if there are more of them columns, that are orthogonal and of norm gain; axes after the
/// first count as one. It is the Q of a normal matrix whose R has a positive diagonal.
///
/// Source: Saxe et al., "Exact solutions to the nonlinear dynamics of learning in deep linear
///         neural networks", ICLR 2014.
Tensor orthogonal_(Tensor tensor, double gain = 1.0);

/// Inputs that one output sees, and outputs that one input reaches.
std::tuple<int64_t, int64_t> _calculate_fan_in_and_fan_out(const Tensor& tensor);

}  // namespace gradtape::nn::init
