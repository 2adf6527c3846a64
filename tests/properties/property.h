#pragma once

#include <cstdint>
#include <functional>
#include <vector>

// Properties that hold for whatever rapidcheck draws. A failing case is shrunk, and printed with
// what was drawn and the seed. The seed is the same in every run, so that no test passes or fails
// by luck; RC_PARAMS="seed=7" in the environment tries another.
namespace gradtape::properties {

/// Runs property for this many draws; it fails by throwing.
void check(int cases, const std::function<void()>& property);

// For a property that runs:

/// A number from lowest to highest; shrinks towards lowest.
int64_t draw(int64_t lowest, int64_t highest);
bool coin();
/// True in one of n cases.
bool rarely(int64_t n);
template <class T>
T one_of(const std::vector<T>& choices) {
  return choices[draw(0, static_cast<int64_t>(choices.size()) - 1)];
}
/// A start for numbers that need not shrink.
uint64_t draw_seed();

}  // namespace gradtape::properties
