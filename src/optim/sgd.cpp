#include "gradtape/optim/sgd.h"

#include "kernels/optim.h"

#include "gradtape/ops/factory.h"

namespace gradtape::optim {

void SGDOptions::check() const {
  GRADTAPE_CHECK(lr() >= 0, "Invalid learning rate: ", lr());
  GRADTAPE_CHECK(momentum() >= 0, "Invalid momentum value: ", momentum());
  GRADTAPE_CHECK(weight_decay() >= 0, "Invalid weight_decay value: ", weight_decay());
  GRADTAPE_CHECK(!nesterov() || (momentum() > 0 && dampening() == 0),
                 "Nesterov momentum requires a momentum and zero dampening; got momentum ",
                 momentum(), ", dampening ", dampening());
}

void SGDOptions::visit(FieldVisitor& visitor) {
  visitor.field("lr", lr_);
  visitor.field("momentum", momentum_);
  visitor.field("dampening", dampening_);
  visitor.field("weight_decay", weight_decay_);
  visitor.field("nesterov", nesterov_);
  visitor.field("maximize", maximize_);
}

bool operator==(const SGDOptions& a, const SGDOptions& b) {
  return a.lr() == b.lr() && a.momentum() == b.momentum() && a.dampening() == b.dampening() &&
         a.weight_decay() == b.weight_decay() && a.nesterov() == b.nesterov() &&
         a.maximize() == b.maximize();
}

void SGDParamState::visit(FieldVisitor& visitor) {
  visitor.field("momentum_buffer", momentum_buffer_);
}

void SGD::update(Tensor& parameter, const Tensor& grad, SGDParamState& state,
                 const SGDOptions& options) {
  const bool first = options.momentum() != 0 && !state.momentum_buffer().defined();
  if (first) state.momentum_buffer(zeros(parameter.sizes(), parameter.dtype()));
  kernels::sgd(parameter, grad, options.momentum() != 0 ? state.momentum_buffer() : Tensor(),
               {.lr = options.lr(),
                .momentum = options.momentum(),
                .dampening = options.dampening(),
                .weight_decay = options.weight_decay(),
                .nesterov = options.nesterov(),
                .maximize = options.maximize(),
                .first = first});
}

}  // namespace gradtape::optim
