#include "gradtape/tune/schedule.h"

#include "gradtape/core/error.h"

namespace gradtape::tune {

Bracket successive_halving(int64_t trials, int64_t min_resource, int64_t max_resource,
                           int64_t eta) {
  GRADTAPE_CHECK(eta >= 2, "successive_halving: eta must be at least 2; got ", eta);
  GRADTAPE_CHECK(min_resource >= 1 && min_resource <= max_resource,
                 "successive_halving: 1 <= min_resource <= max_resource must hold; got ",
                 min_resource, " and ", max_resource);
  GRADTAPE_CHECK(trials >= 1, "successive_halving: trials must be positive; got ", trials);
  Bracket bracket;
  int64_t left = trials, resource = min_resource;
  while (true) {
    GRADTAPE_CHECK(left >= 1, "successive_halving: ", trials,
                   " trials must leave one for the last rung; got resources from ", min_resource,
                   " to ", max_resource, " with eta ", eta);
    bracket.push_back({left, resource});
    if (resource > max_resource / eta) return bracket;
    left /= eta;
    resource *= eta;
  }
}

std::vector<Bracket> hyperband(int64_t max_resource, int64_t eta) {
  GRADTAPE_CHECK(eta >= 2, "hyperband: eta must be at least 2; got ", eta);
  GRADTAPE_CHECK(max_resource >= 1, "hyperband: max_resource must be positive; got ", max_resource);
  // powers[s] = eta^s up to s_max = floor(log_eta(R)), line 1.
  std::vector<int64_t> powers{1};
  while (powers.back() <= max_resource / eta) powers.push_back(powers.back() * eta);
  const auto brackets = static_cast<int64_t>(powers.size());
  std::vector<Bracket> result;
  for (int64_t s = brackets - 1; s >= 0; --s) {
    const auto power = [&](int64_t i) { return powers[static_cast<size_t>(i)]; };
    // n = ceil((s_max + 1) / (s + 1) eta^s), line 3.
    const int64_t n = (brackets * power(s) + s) / (s + 1);
    Bracket bracket;
    for (int64_t i = 0; i <= s; ++i) bracket.push_back({n / power(i), max_resource / power(s - i)});
    result.push_back(std::move(bracket));
  }
  return result;
}

}  // namespace gradtape::tune
