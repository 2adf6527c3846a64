#pragma once

#include <string>
#include <type_traits>
#include <variant>

#include "gradtape/core/error.h"

namespace gradtape {

// Options that name one of several ways (kMean, kReLU, ...) are values of a type each, so that a
// variant says which of them an option accepts: passing kReLU as a reduction does not compile.
#define GRADTAPE_ENUM(name)                        \
  namespace enumtype {                             \
  struct k##name {                                 \
    static constexpr const char* text = "k" #name; \
  };                                               \
  }                                                \
  inline constexpr enumtype::k##name k##name {}

GRADTAPE_ENUM(Linear);
GRADTAPE_ENUM(Conv1D);
GRADTAPE_ENUM(Conv2D);
GRADTAPE_ENUM(Conv3D);
GRADTAPE_ENUM(ConvTranspose1D);
GRADTAPE_ENUM(ConvTranspose2D);
GRADTAPE_ENUM(ConvTranspose3D);
GRADTAPE_ENUM(Sigmoid);
GRADTAPE_ENUM(Tanh);
GRADTAPE_ENUM(ReLU);
GRADTAPE_ENUM(GELU);
GRADTAPE_ENUM(SiLU);
GRADTAPE_ENUM(Mish);
GRADTAPE_ENUM(LeakyReLU);
GRADTAPE_ENUM(FanIn);
GRADTAPE_ENUM(FanOut);
GRADTAPE_ENUM(Constant);
GRADTAPE_ENUM(Reflect);
GRADTAPE_ENUM(Replicate);
GRADTAPE_ENUM(Circular);
GRADTAPE_ENUM(Nearest);
GRADTAPE_ENUM(Bilinear);
GRADTAPE_ENUM(Bicubic);
GRADTAPE_ENUM(Trilinear);
GRADTAPE_ENUM(Area);
GRADTAPE_ENUM(NearestExact);
GRADTAPE_ENUM(Sum);
GRADTAPE_ENUM(Mean);
GRADTAPE_ENUM(Max);
GRADTAPE_ENUM(None);
GRADTAPE_ENUM(BatchMean);
GRADTAPE_ENUM(Zeros);
GRADTAPE_ENUM(Border);
GRADTAPE_ENUM(Reflection);
GRADTAPE_ENUM(RNN_TANH);
GRADTAPE_ENUM(RNN_RELU);
GRADTAPE_ENUM(LSTM);
GRADTAPE_ENUM(GRU);
GRADTAPE_ENUM(Valid);
GRADTAPE_ENUM(Same);

#undef GRADTAPE_ENUM

namespace enumtype {

/// The name of the alternative that a variant of these types holds: "kMean".
template <class Variant>
std::string get_enum_name(const Variant& value) {
  return std::visit([](const auto& held) { return std::string(held.text); }, value);
}

}  // namespace enumtype
}  // namespace gradtape
