#pragma once

#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "gradtape/gradtape.h"

// Reading of what the scripts beside this file recorded of PyTorch.
namespace golden {

inline nlohmann::json load(const std::string& name) {
  std::ifstream file(GRADTAPE_SOURCE_DIR "/tests/golden/" + name);
  REQUIRE(file.good());
  return nlohmann::json::parse(file);
}

// An entry {"sizes": [...], "values": [...]}.
inline gradtape::Tensor tensor(const nlohmann::json& entry, gradtape::ScalarType dtype) {
  const auto values = entry["values"].get<std::vector<double>>();
  const auto sizes = entry["sizes"].get<std::vector<int64_t>>();
  return gradtape::tensor(values, gradtape::kFloat64).view(sizes).to(dtype);
}

}  // namespace golden
