#include <cmath>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "golden.h"
#include "golden/literal_overloads.h"

namespace {

std::map<std::string, std::string> recorded() {
  std::ifstream file(golden::path("literal_overloads.txt"));
  std::map<std::string, std::string> result;
  for (std::string line; std::getline(file, line);) {
    const size_t tab = line.find('\t');
    result[line.substr(0, tab)] = line.substr(tab + 1);
  }
  return result;
}

// Where gradtape refuses on purpose: beta 0 divides by 0, and view({}) is a view as uint8.
const std::set<std::string> kRefused = {"torch::softplus(x, 0)", "torch::softplus(x, {})",
                                        "x.view({})"};

// Without the sum, which unset elements do not have.
std::string shape_only(const std::string& result) { return result.substr(0, result.find("] ")); }

// Word by word; numbers have four digits.
bool alike(const std::string& a, const std::string& b) {
  std::istringstream left(a), right(b);
  std::string x, y;
  while (left >> x) {
    if (!(right >> y)) return false;
    if (x == y) continue;
    char *end_x = nullptr, *end_y = nullptr;
    const double p = std::strtod(x.c_str(), &end_x), q = std::strtod(y.c_str(), &end_y);
    if (end_x == x.c_str() || std::string(end_x) != end_y) return false;
    if (std::isnan(p) && std::isnan(q)) continue;
    if (!(std::abs(p - q) <= 2e-3 * std::abs(p) + 1e-5)) return false;
  }
  return !(right >> y);
}

}  // namespace

TEST_SUITE("gradtape_torch/literal_overloads") {
  TEST_CASE("a literal means to every public function what it means to libtorch's") {
    const auto expected = recorded();
    int same = 0, refused = 0;
    for (const auto& call : literal_overloads::calls()) {
      const std::string text = call.text;
      REQUIRE_MESSAGE(expected.contains(text), text, " is not recorded");
      std::string theirs = expected.at(text), ours = call.run();
      if (text.find("empty") != std::string::npos) {
        theirs = shape_only(theirs);
        ours = shape_only(ours);
      }
      // What does not compile cannot mean something else.
      if (ours == "does not compile" || kRefused.contains(text)) {
        ++refused;
      } else {
        CHECK_MESSAGE(alike(ours, theirs), text, " gives ", ours, ", libtorch's ", theirs);
        ++same;
      }
    }
    CHECK(same > 2000);
    CHECK(refused <= 5);
  }
}
