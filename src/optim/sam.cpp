#include "gradtape/optim/sam.h"

#include <cmath>

#include "optim/field_io.h"
#include "optim/rule.h"

#include "gradtape/autograd/grad_mode.h"
#include "gradtape/ops/arithmetic.h"
#include "gradtape/ops/math.h"
#include "gradtape/ops/reduce.h"

namespace gradtape::optim {

void SAMOptions::check() const {
  check_at_least_zero("rho value", rho());
  check_at_least_zero("eta value", eta());
}

namespace detail {

namespace {

constexpr char kPrefix[] = "sam.";

// Whether a group's options, of whatever kind, say maximize.
bool maximizes(const OptimizerOptions& options) {
  bool result = false;
  with_option<bool>(*options.clone(), "maximize", [&](bool value) { result = value; });
  return result;
}

// Norm of all gradients as one vector, each weighed by the size of its weight if adaptive.
double total_norm(const std::vector<OptimizerParamGroup>& groups, const SAMOptions& options) {
  double squares = 0;
  for (const OptimizerParamGroup& group : groups) {
    for (const Tensor& parameter : group.params()) {
      const Tensor& grad = parameter.grad();
      if (!grad.defined()) continue;
      const Tensor weighed = options.adaptive() ? (parameter.abs() + options.eta()) * grad : grad;
      const double norm = weighed.norm().item<double>();
      squares += norm * norm;
    }
  }
  return std::sqrt(squares);
}

}  // namespace

Ascent::Ascent(const std::vector<OptimizerParamGroup>& groups, const SAMOptions& options) {
  const NoGradGuard no_grad;
  const double length = options.rho() / (total_norm(groups, options) + 1e-12);
  const double eta = options.eta();
  for (const OptimizerParamGroup& group : groups) {
    const double scale = maximizes(group.options()) ? -length : length;
    for (const Tensor& parameter : group.params()) {
      const Tensor& grad = parameter.grad();
      if (!grad.defined()) continue;
      save(parameter);
      if (options.adaptive()) {
        fused(
            "SAM",
            [=]<class T>(T& p, T g) {
              const T size = std::abs(p) + T(eta);
              p += T(scale) * size * size * g;
            },
            parameter, grad);
      } else {
        fused(
            "SAM", [=]<class T>(T& p, T g) { p += T(scale) * g; }, parameter, grad);
      }
    }
  }
}

void save_sam(SAMOptions& options, OrderedDict<std::string, Tensor>& dict) {
  FieldWriter writer(dict, kPrefix);
  options.visit(writer);
}

SAMOptions load_sam(const SAMOptions& options, const OrderedDict<std::string, Tensor>& dict,
                    OrderedDict<std::string, Tensor>& rest) {
  GRADTAPE_CHECK(dict.contains(std::string(kPrefix) + "rho"), "load_state_dict: there is no ",
                 kPrefix, "rho: this is no state of a SAM");
  std::set<std::string> known;
  SAMOptions result(options);
  FieldReader reader(dict, kPrefix, known);
  result.visit(reader);
  result.check();
  keep_unknown(dict, known, rest);
  return result;
}

}  // namespace detail
}  // namespace gradtape::optim
