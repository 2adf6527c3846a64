#include "optim/rule.h"

#include "gradtape/optim/textbook.h"

// What the textbook's options may be, and the names of all fields.
namespace gradtape::optim::textbook {

namespace {

void check_part(const char* what, double value) {
  GRADTAPE_CHECK(value >= 0 && value < 1, "Invalid ", what, ": ", value, "; it must be in [0, 1)");
}
void check_momentum(double momentum) { check_part("momentum value", momentum); }
void check_decay(double decay) { check_part("decay value", decay); }
void check_delta(double delta) { check_at_least_zero("delta value", delta); }

}  // namespace

void GradientDescentOptions::check() const { check_lr(lr()); }
void MomentumOptions::check() const {
  check_lr(lr());
  check_momentum(momentum());
}
void AdaGradOptions::check() const {
  check_lr(lr());
  check_delta(delta());
}
void RMSPropOptions::check() const {
  check_lr(lr());
  check_decay(decay());
  check_delta(delta());
}
void RMSPropNesterovOptions::check() const {
  check_lr(lr());
  check_momentum(momentum());
  check_decay(decay());
}
void AdamOptions::check() const {
  check_lr(lr());
  check_betas(betas());
  check_delta(delta());
}
}  // namespace gradtape::optim::textbook
