#pragma once

#include <cstdint>
#include <vector>

namespace gradtape::tune {

/// A round of successive halving: this many configurations, each with this resource.
struct Rung {
  int64_t trials;
  int64_t resource;
  bool operator==(const Rung&) const = default;
};

/// Rounds, each with the best of the round before.
using Bracket = std::vector<Rung>;

/// Successive halving: `trials` configurations with min_resource, the best 1/eta of them with eta
/// times as much, and so on up to max_resource.
///
/// Departures from the source, which fixes a total budget and halves (eta = 2): the resources are
/// given, as in Hyperband's inner loop, and a rung's resource is the total from the start.
/// Source: Jamieson & Talwalkar 2016, arXiv:1502.07943, figure 3; with eta Li et al. 2018,
///         arXiv:1603.06560, algorithm 1, lines 4-9.
/// Throws: Error unless 1 <= min_resource <= max_resource, eta >= 2 and trials suffice for one in
///         the last rung.
Bracket successive_halving(int64_t trials, int64_t min_resource, int64_t max_resource,
                           int64_t eta = 3);

/// Hyperband's brackets, from many configurations with little to few with max_resource.
///
/// Departure: resources are whole numbers, rounded down where max_resource is no power of eta.
/// Source: Li et al. 2018, arXiv:1603.06560, algorithm 1.
/// Throws: Error unless max_resource >= 1 and eta >= 2.
std::vector<Bracket> hyperband(int64_t max_resource, int64_t eta = 3);

}  // namespace gradtape::tune
