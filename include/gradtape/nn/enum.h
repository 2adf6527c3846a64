#pragma once

#include <string>
#include <type_traits>
#include <variant>

#include "gradtape/core/error.h"

namespace gradtape {

// Options that name one of several ways (kMean, kReLU, ...) are values of a type each, so that a
// variant says which of them an option accepts: passing kReLU as a reduction does not compile.
#define GRADTAPE_ENUM_DECLARE(name)                        \
  namespace enumtype {                             \
  struct k##name {                                 \
    static constexpr const char* text = "k" #name; \
  };                                               \
  }                                                \
  inline constexpr enumtype::k##name k##name {}

GRADTAPE_ENUM_DECLARE(Linear);
GRADTAPE_ENUM_DECLARE(Conv1D);
GRADTAPE_ENUM_DECLARE(Conv2D);
GRADTAPE_ENUM_DECLARE(Conv3D);
GRADTAPE_ENUM_DECLARE(ConvTranspose1D);
GRADTAPE_ENUM_DECLARE(ConvTranspose2D);
GRADTAPE_ENUM_DECLARE(ConvTranspose3D);
GRADTAPE_ENUM_DECLARE(Sigmoid);
GRADTAPE_ENUM_DECLARE(Tanh);
GRADTAPE_ENUM_DECLARE(ReLU);
GRADTAPE_ENUM_DECLARE(GELU);
GRADTAPE_ENUM_DECLARE(SiLU);
GRADTAPE_ENUM_DECLARE(Mish);
GRADTAPE_ENUM_DECLARE(LeakyReLU);
GRADTAPE_ENUM_DECLARE(FanIn);
GRADTAPE_ENUM_DECLARE(FanOut);
GRADTAPE_ENUM_DECLARE(Constant);
GRADTAPE_ENUM_DECLARE(Reflect);
GRADTAPE_ENUM_DECLARE(Replicate);
GRADTAPE_ENUM_DECLARE(Circular);
GRADTAPE_ENUM_DECLARE(Nearest);
GRADTAPE_ENUM_DECLARE(Bilinear);
GRADTAPE_ENUM_DECLARE(Bicubic);
GRADTAPE_ENUM_DECLARE(Trilinear);
GRADTAPE_ENUM_DECLARE(Area);
GRADTAPE_ENUM_DECLARE(NearestExact);
GRADTAPE_ENUM_DECLARE(Sum);
GRADTAPE_ENUM_DECLARE(Mean);
GRADTAPE_ENUM_DECLARE(Max);
GRADTAPE_ENUM_DECLARE(None);
GRADTAPE_ENUM_DECLARE(BatchMean);
GRADTAPE_ENUM_DECLARE(Zeros);
GRADTAPE_ENUM_DECLARE(Border);
GRADTAPE_ENUM_DECLARE(Reflection);
GRADTAPE_ENUM_DECLARE(RNN_TANH);
GRADTAPE_ENUM_DECLARE(RNN_RELU);
GRADTAPE_ENUM_DECLARE(LSTM);
GRADTAPE_ENUM_DECLARE(GRU);
GRADTAPE_ENUM_DECLARE(Valid);
GRADTAPE_ENUM_DECLARE(Same);

#undef GRADTAPE_ENUM_DECLARE

namespace enumtype {

/// The name of the alternative that a variant of these types holds: "kMean".
template <class Variant>
std::string get_enum_name(const Variant& value) {
  return std::visit([](const auto& held) { return std::string(held.text); }, value);
}

}  // namespace enumtype
}  // namespace gradtape
