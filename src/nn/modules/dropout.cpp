#include "gradtape/nn/modules/dropout.h"

#include "gradtape/nn/functional/dropout.h"

namespace gradtape::nn {

namespace {

void check(const DropoutOptions& options) {
  GRADTAPE_CHECK(options.p() >= 0. && options.p() <= 1.,
                 "dropout probability has to be between 0 and 1, but got ", options.p());
}

void print(std::ostream& stream, const char* name, const DropoutOptions& options) {
  stream << "torch::nn::" << name << "(p=" << options.p()
         << ", inplace=" << (options.inplace() ? "true" : "false") << ")";
}

functional::DropoutFuncOptions function_options(const DropoutOptions& options, bool training) {
  return functional::DropoutFuncOptions()
      .p(options.p())
      .training(training)
      .inplace(options.inplace());
}

}  // namespace

DropoutImpl::DropoutImpl(double p) : DropoutImpl(DropoutOptions(p)) {}
DropoutImpl::DropoutImpl(const DropoutOptions& options_) : options(options_) { reset(); }
void DropoutImpl::reset() { check(options); }
void DropoutImpl::pretty_print(std::ostream& stream) const { print(stream, "Dropout", options); }

Tensor DropoutImpl::forward(Tensor input) {
  return functional::dropout(std::move(input), function_options(options, is_training()));
}

Dropout2dImpl::Dropout2dImpl(double p) : Dropout2dImpl(Dropout2dOptions(p)) {}
Dropout2dImpl::Dropout2dImpl(const Dropout2dOptions& options_) : options(options_) { reset(); }
void Dropout2dImpl::reset() { check(options); }
void Dropout2dImpl::pretty_print(std::ostream& stream) const {
  print(stream, "Dropout2d", options);
}

Tensor Dropout2dImpl::forward(Tensor input) {
  return functional::dropout2d(std::move(input), function_options(options, is_training()));
}

}  // namespace gradtape::nn
