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
void GradientDescentOptions::visit(FieldVisitor& visitor) {
  visitor.field("lr", lr_);
  visitor.field("maximize", maximize_);
}

void MomentumOptions::check() const {
  check_lr(lr());
  check_momentum(momentum());
}
void MomentumOptions::visit(FieldVisitor& visitor) {
  visitor.field("lr", lr_);
  visitor.field("momentum", momentum_);
  visitor.field("maximize", maximize_);
}

void AdaGradOptions::check() const {
  check_lr(lr());
  check_delta(delta());
}
void AdaGradOptions::visit(FieldVisitor& visitor) {
  visitor.field("lr", lr_);
  visitor.field("delta", delta_);
  visitor.field("maximize", maximize_);
}

void RMSPropOptions::check() const {
  check_lr(lr());
  check_decay(decay());
  check_delta(delta());
}
void RMSPropOptions::visit(FieldVisitor& visitor) {
  visitor.field("lr", lr_);
  visitor.field("decay", decay_);
  visitor.field("delta", delta_);
  visitor.field("maximize", maximize_);
}

void RMSPropNesterovOptions::check() const {
  check_lr(lr());
  check_momentum(momentum());
  check_decay(decay());
}
void RMSPropNesterovOptions::visit(FieldVisitor& visitor) {
  visitor.field("lr", lr_);
  visitor.field("momentum", momentum_);
  visitor.field("decay", decay_);
  visitor.field("maximize", maximize_);
}

void AdamOptions::check() const {
  check_lr(lr());
  check_betas(betas());
  check_delta(delta());
}
void AdamOptions::visit(FieldVisitor& visitor) {
  visitor.field("lr", lr_);
  visitor.field("betas", betas_);
  visitor.field("delta", delta_);
  visitor.field("maximize", maximize_);
}

void MomentumState::visit(FieldVisitor& visitor) { visitor.field("velocity", velocity_); }
void AdaGradState::visit(FieldVisitor& visitor) { visitor.field("square_sum", square_sum_); }
void RMSPropState::visit(FieldVisitor& visitor) { visitor.field("square_mean", square_mean_); }
void RMSPropNesterovState::visit(FieldVisitor& visitor) {
  visitor.field("square_mean", square_mean_);
  visitor.field("velocity", velocity_);
}
void AdamState::visit(FieldVisitor& visitor) {
  visitor.field("step", step_);
  visitor.field("mean", mean_);
  visitor.field("square_mean", square_mean_);
}

}  // namespace gradtape::optim::textbook
