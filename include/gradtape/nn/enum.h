#pragma once

#include <string>
#include <type_traits>
#include <variant>

#include "gradtape/core/error.h"

namespace gradtape {

// Options that name one of several ways (kMean, kReLU, ...) are values of a type each, so that a
// variant says which of them an option accepts: passing kReLU as a reduction does not compile.
#define GRADTAPE_ENUM_DECLARE(name)            \
  namespace enumtype {                         \
  struct name {                                \
    static constexpr const char* text = #name; \
  };                                           \
  }                                            \
  inline constexpr enumtype::name name {}

GRADTAPE_ENUM_DECLARE(kLinear);
GRADTAPE_ENUM_DECLARE(kConv1D);
GRADTAPE_ENUM_DECLARE(kConv2D);
GRADTAPE_ENUM_DECLARE(kConv3D);
GRADTAPE_ENUM_DECLARE(kConvTranspose1D);
GRADTAPE_ENUM_DECLARE(kConvTranspose2D);
GRADTAPE_ENUM_DECLARE(kConvTranspose3D);
GRADTAPE_ENUM_DECLARE(kSigmoid);
GRADTAPE_ENUM_DECLARE(kTanh);
GRADTAPE_ENUM_DECLARE(kReLU);
GRADTAPE_ENUM_DECLARE(kGELU);
GRADTAPE_ENUM_DECLARE(kSiLU);
GRADTAPE_ENUM_DECLARE(kMish);
GRADTAPE_ENUM_DECLARE(kLeakyReLU);
GRADTAPE_ENUM_DECLARE(kFanIn);
GRADTAPE_ENUM_DECLARE(kFanOut);
GRADTAPE_ENUM_DECLARE(kConstant);
GRADTAPE_ENUM_DECLARE(kReflect);
GRADTAPE_ENUM_DECLARE(kReplicate);
GRADTAPE_ENUM_DECLARE(kCircular);
GRADTAPE_ENUM_DECLARE(kNearest);
GRADTAPE_ENUM_DECLARE(kBilinear);
GRADTAPE_ENUM_DECLARE(kBicubic);
GRADTAPE_ENUM_DECLARE(kTrilinear);
GRADTAPE_ENUM_DECLARE(kArea);
GRADTAPE_ENUM_DECLARE(kNearestExact);
GRADTAPE_ENUM_DECLARE(kSum);
GRADTAPE_ENUM_DECLARE(kMean);
GRADTAPE_ENUM_DECLARE(kMax);
GRADTAPE_ENUM_DECLARE(kNone);
GRADTAPE_ENUM_DECLARE(kBatchMean);
GRADTAPE_ENUM_DECLARE(kZeros);
GRADTAPE_ENUM_DECLARE(kBorder);
GRADTAPE_ENUM_DECLARE(kReflection);
GRADTAPE_ENUM_DECLARE(kRNN_TANH);
GRADTAPE_ENUM_DECLARE(kRNN_RELU);
GRADTAPE_ENUM_DECLARE(kLSTM);
GRADTAPE_ENUM_DECLARE(kGRU);
GRADTAPE_ENUM_DECLARE(kValid);
GRADTAPE_ENUM_DECLARE(kSame);

#undef GRADTAPE_ENUM_DECLARE

namespace enumtype {

/// The name of the alternative that a variant of these types holds: "kMean".
template <class Variant>
std::string get_enum_name(const Variant& value) {
  return std::visit([](const auto& held) { return std::string(held.text); }, value);
}

}  // namespace enumtype
}  // namespace gradtape
