#include "gradtape/optim/adam.h"

#include "kernels/optim.h"

#include "gradtape/ops/factory.h"
#include "gradtape/optim/adamw.h"

namespace gradtape::optim {

namespace {

// What Adam and AdamW have in common, which is all but where the decay goes.

template <class Options>
void check_options(const Options& options) {
  const auto [beta1, beta2] = options.betas();
  GRADTAPE_CHECK(options.lr() >= 0, "Invalid learning rate: ", options.lr());
  GRADTAPE_CHECK(options.eps() >= 0, "Invalid epsilon value: ", options.eps());
  GRADTAPE_CHECK(0 <= beta1 && beta1 < 1.0, "Invalid beta parameter at index 0: ", beta1);
  GRADTAPE_CHECK(0 <= beta2 && beta2 < 1.0, "Invalid beta parameter at index 1: ", beta2);
  GRADTAPE_CHECK(options.weight_decay() >= 0,
                 "Invalid weight_decay value: ", options.weight_decay());
}

template <class Options>
void visit_options(FieldVisitor& visitor, Options& options) {
  visitor.field("lr", options.lr());
  visitor.field("betas", options.betas());
  visitor.field("eps", options.eps());
  visitor.field("weight_decay", options.weight_decay());
  visitor.field("amsgrad", options.amsgrad());
  visitor.field("maximize", options.maximize());
}

template <class Options>
bool same_options(const Options& a, const Options& b) {
  return a.lr() == b.lr() && a.betas() == b.betas() && a.eps() == b.eps() &&
         a.weight_decay() == b.weight_decay() && a.amsgrad() == b.amsgrad() &&
         a.maximize() == b.maximize();
}

template <class State>
void visit_state(FieldVisitor& visitor, State& state) {
  visitor.field("step", state.step());
  visitor.field("exp_avg", state.exp_avg());
  visitor.field("exp_avg_sq", state.exp_avg_sq());
  visitor.field("max_exp_avg_sq", state.max_exp_avg_sq());
}

template <class State, class Options>
void adam_update(Tensor& parameter, const Tensor& grad, State& state, const Options& options,
                 bool decoupled) {
  const auto start = [&](Tensor& tensor) {
    if (!tensor.defined()) tensor = zeros(parameter.sizes(), parameter.dtype());
  };
  start(state.exp_avg());
  start(state.exp_avg_sq());
  if (options.amsgrad()) start(state.max_exp_avg_sq());
  kernels::adam(parameter, grad, state.exp_avg(), state.exp_avg_sq(),
                options.amsgrad() ? state.max_exp_avg_sq() : Tensor(),
                {.lr = options.lr(),
                 .beta1 = std::get<0>(options.betas()),
                 .beta2 = std::get<1>(options.betas()),
                 .eps = options.eps(),
                 .weight_decay = options.weight_decay(),
                 .step = state.step(),
                 .decoupled = decoupled,
                 .maximize = options.maximize()});
}

}  // namespace

void AdamOptions::check() const { check_options(*this); }
void AdamOptions::visit(FieldVisitor& visitor) { visit_options(visitor, *this); }
bool operator==(const AdamOptions& a, const AdamOptions& b) { return same_options(a, b); }
void AdamParamState::visit(FieldVisitor& visitor) { visit_state(visitor, *this); }

void Adam::update(Tensor& parameter, const Tensor& grad, AdamParamState& state,
                  const AdamOptions& options) {
  adam_update(parameter, grad, state, options, /*decoupled=*/false);
}

void AdamWOptions::check() const { check_options(*this); }
void AdamWOptions::visit(FieldVisitor& visitor) { visit_options(visitor, *this); }
bool operator==(const AdamWOptions& a, const AdamWOptions& b) { return same_options(a, b); }
void AdamWParamState::visit(FieldVisitor& visitor) { visit_state(visitor, *this); }

void AdamW::update(Tensor& parameter, const Tensor& grad, AdamWParamState& state,
                   const AdamWOptions& options) {
  adam_update(parameter, grad, state, options, /*decoupled=*/true);
}

}  // namespace gradtape::optim
