#include "gradtape/optim/schedulers/lambda_lr.h"

#include "optim/schedulers/schedule.h"

namespace gradtape::optim {

namespace {

std::vector<LRLambda> checked(std::vector<LRLambda> lr_lambdas, const Optimizer& optimizer) {
  check_length("lr_lambda", lr_lambdas.size(), optimizer);
  for (const LRLambda& lr_lambda : lr_lambdas)
    GRADTAPE_CHECK(lr_lambda, "lr_lambda must be a function; got an empty one");
  return lr_lambdas;
}

std::vector<LRLambda> for_each_group(LRLambda lr_lambda, const Optimizer& optimizer) {
  return std::vector<LRLambda>(optimizer.param_groups().size(), std::move(lr_lambda));
}

}  // namespace

LambdaLR::LambdaLR(Optimizer& optimizer, LRLambda lr_lambda)
    : LambdaLR(optimizer, for_each_group(std::move(lr_lambda), optimizer)) {}
LambdaLR::LambdaLR(Optimizer& optimizer, std::vector<LRLambda> lr_lambdas)
    : LRScheduler(optimizer), lr_lambdas_(checked(std::move(lr_lambdas), optimizer)) {
  step();
}

std::vector<double> LambdaLR::get_lrs() {
  std::vector<double> lrs = base_lrs_;
  for (size_t i = 0; i < lrs.size(); ++i) lrs[i] *= lr_lambdas_[i](step_count_);
  return lrs;
}

MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, LRLambda lr_lambda)
    : MultiplicativeLR(optimizer, for_each_group(std::move(lr_lambda), optimizer)) {}
MultiplicativeLR::MultiplicativeLR(Optimizer& optimizer, std::vector<LRLambda> lr_lambdas)
    : LRScheduler(optimizer), lr_lambdas_(checked(std::move(lr_lambdas), optimizer)) {
  step();
}

std::vector<double> MultiplicativeLR::get_lrs() {
  std::vector<double> lrs = get_current_lrs();
  check_length("lr_lambda", lr_lambdas_.size(), optimizer());
  if (step_count_ == 0) return lrs;
  for (size_t i = 0; i < lr_lambdas_.size(); ++i) lrs[i] *= lr_lambdas_[i](step_count_);
  return lrs;
}

}  // namespace gradtape::optim
