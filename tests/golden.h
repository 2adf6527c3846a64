#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "gradtape/ops/tensor.h"

// What the scripts in tests/golden recorded of PyTorch: the one place that reads it.
namespace golden {

// The folder of this repository.
std::string source_dir();

// tests/golden/<name>, for what is not JSON.
std::string path(const std::string& name);

// Its contents. Throws: doctest's failure if it cannot be read.
nlohmann::json load(const std::string& name);

// An entry {"sizes": [...], "values": [...]}.
gradtape::Tensor tensor(const nlohmann::json& entry, gradtape::ScalarType dtype);

}  // namespace golden
