#pragma once

#include <string>

namespace examples {

/// Where Debian's package dataset-fashion-mnist puts its files.
inline constexpr const char* kFashionMnist = "/usr/share/datasets/fashion-mnist";

/// The folder itself; but where it is kFashionMnist and that is not installed, the digits that the
/// repository carries, and says so.
std::string find_dataset(const std::string& folder);

}  // namespace examples
