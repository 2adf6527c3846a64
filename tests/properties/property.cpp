#include "properties/property.h"

#include <cstdlib>
#include <sstream>

#include <doctest/doctest.h>
#include <rapidcheck.h>

namespace gradtape::properties {

void check(int cases, const std::function<void()>& property) {
  namespace detail = rc::detail;
  setenv("RC_PARAMS", "seed=20261122", /*overwrite=*/0);
  detail::TestParams params = detail::configuration().testParams;
  params.maxSuccess = cases;
  const detail::TestResult result = detail::checkTestable(property, detail::TestMetadata{}, params);
  std::ostringstream text;
  if (result.is<detail::FailureResult>()) {
    const auto& failure = result.get<detail::FailureResult>();
    text << failure.description << "\n(after " << failure.numSuccess << " cases that hold)";
  } else {
    detail::printResultMessage(result, text);
  }
  INFO(text.str());
  INFO("RC_PARAMS=seed=", params.seed);
  CHECK(result.is<detail::SuccessResult>());
}

int64_t draw(int64_t lowest, int64_t highest) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(lowest, highest + 1));
}

bool coin() { return draw(0, 1) == 1; }

bool rarely(int64_t n) { return draw(0, n - 1) == n - 1; }

uint64_t draw_seed() {
  return *rc::gen::noShrink(rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<uint64_t>()));
}

}  // namespace gradtape::properties
