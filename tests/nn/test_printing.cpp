#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "golden.h"
#include "golden/module_printing.h"

namespace {
std::vector<std::string> lines(std::istream& in) {
  std::vector<std::string> result;
  for (std::string line; std::getline(in, line);) result.push_back(line);
  return result;
}
}  // namespace

TEST_CASE("nn: modules print as libtorch prints them") {
  std::ifstream file(golden::path("module_printing.txt"));
  const std::vector<std::string> expected = lines(file);
  std::istringstream printed(module_printing::all());
  const std::vector<std::string> got = lines(printed);
  REQUIRE(expected.size() > 50);
  CHECK(got.size() == expected.size());
  for (size_t i = 0; i < std::min(got.size(), expected.size()); ++i) CHECK(got[i] == expected[i]);
}
