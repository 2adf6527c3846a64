#pragma once

#include <cstdint>
#include <memory>
#include <tuple>

#include "gradtape/core/arg.h"
#include "gradtape/core/tensor.h"

namespace gradtape::optim {

/// Is shown each named field of an options or state object, to print, save or load it.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  virtual void field(const char* name, double& value) = 0;
  virtual void field(const char* name, bool& value) = 0;
  virtual void field(const char* name, int64_t& value) = 0;
  virtual void field(const char* name, Tensor& value) = 0;
  /// "betas" is shown as "betas.0" and "betas.1" unless overridden.
  virtual void field(const char* name, std::tuple<double, double>& values);
};

/// What can be set of an optimizer, for all of its parameters or for a group of them.
class OptimizerOptions {
 public:
  virtual ~OptimizerOptions() = default;
  virtual std::unique_ptr<OptimizerOptions> clone() const;
  /// Throws: Error that names the first option that has no meaning, and its value.
  virtual void check() const {}
  virtual double get_lr() const;
  virtual void set_lr(double lr);
  virtual void visit(FieldVisitor&) {}
};

/// struct MyOptions : OptimizerCloneableOptions<MyOptions> can be cloned.
template <class Derived>
class OptimizerCloneableOptions : public OptimizerOptions {
 public:
  std::unique_ptr<OptimizerOptions> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
};

/// What an optimizer remembers of one parameter between its steps.
class OptimizerParamState {
 public:
  virtual ~OptimizerParamState() = default;
  virtual std::unique_ptr<OptimizerParamState> clone() const;
  virtual void visit(FieldVisitor&) {}
};

template <class Derived>
class OptimizerCloneableParamState : public OptimizerParamState {
 public:
  std::unique_ptr<OptimizerParamState> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
};

}  // namespace gradtape::optim
