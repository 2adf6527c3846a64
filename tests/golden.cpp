#include "golden.h"

#include <fstream>
#include <vector>

#include <doctest/doctest.h>

#include "gradtape/ops/factory.h"

namespace golden {

std::string source_dir() { return GRADTAPE_SOURCE_DIR; }

std::string path(const std::string& name) { return source_dir() + "/tests/golden/" + name; }

nlohmann::json load(const std::string& name) {
  std::ifstream file(path(name));
  REQUIRE_MESSAGE(file.good(), "cannot read " << path(name));
  return nlohmann::json::parse(file);
}

gradtape::Tensor tensor(const nlohmann::json& entry, gradtape::ScalarType dtype) {
  const auto values = entry["values"].get<std::vector<double>>();
  const auto sizes = entry["sizes"].get<std::vector<int64_t>>();
  return gradtape::tensor(values, gradtape::kFloat64).view(sizes).to(dtype);
}

}  // namespace golden
