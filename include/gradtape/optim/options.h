#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tuple>

#include "gradtape/core/arg.h"
#include "gradtape/ops/tensor.h"

namespace gradtape::optim {

/// Is shown each named field of an options or state object, to save, load, compare or set it.
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
  /// Shows each option, by its name.
  virtual void visit(FieldVisitor&) {}
};

namespace detail {
bool same_fields(const OptimizerOptions& a, const OptimizerOptions& b);
// The name of the first of the members "lr_, eps_, ...", which goes from the list.
std::string next_field(const char*& members);
template <class... Values>
void visit_fields(FieldVisitor& visitor, const char* members, Values&... values) {
  (visitor.field(next_field(members).c_str(), values), ...);
}
}  // namespace detail

/// The members of an options or state struct that visit() shows, in this order; each under its name
/// without the last underscore.
#define GRADTAPE_FIELDS(...)                                                     \
  void visit(::gradtape::optim::FieldVisitor& visitor) override {                \
    ::gradtape::optim::detail::visit_fields(visitor, #__VA_ARGS__, __VA_ARGS__); \
  }

/// struct MyOptions : OptimizerCloneableOptions<MyOptions> can be cloned, has its lr() as learning
/// rate, and is compared by the fields that visit() shows.
template <class Derived>
class OptimizerCloneableOptions : public OptimizerOptions {
 public:
  std::unique_ptr<OptimizerOptions> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
  double get_lr() const override {
    if constexpr (requires(const Derived& self) { self.lr(); })
      return static_cast<const Derived&>(*this).lr();
    else
      return OptimizerOptions::get_lr();
  }
  void set_lr(double lr) override {
    if constexpr (requires(Derived & self) { self.lr(lr); })
      static_cast<Derived&>(*this).lr(lr);
    else
      OptimizerOptions::set_lr(lr);
  }
  friend bool operator==(const OptimizerCloneableOptions& a, const OptimizerCloneableOptions& b) {
    return detail::same_fields(a, b);
  }
};

/// What an optimizer remembers of one parameter between its steps.
class OptimizerParamState {
 public:
  virtual ~OptimizerParamState() = default;
  virtual std::unique_ptr<OptimizerParamState> clone() const;
  /// Shows each field, by PyTorch's name.
  virtual void visit(FieldVisitor&) {}
  /// The shape that a saved tensor field must have to be loaded: the parameter's, unless
  /// overridden.
  virtual DimVector field_sizes(const char* name, const Tensor& parameter) const;
  /// Whether a saved state may lack a tensor field, because not every setting needs it.
  virtual bool is_optional(const char* name, const Tensor& parameter) const;
};

template <class Derived>
class OptimizerCloneableParamState : public OptimizerParamState {
 public:
  std::unique_ptr<OptimizerParamState> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
};

}  // namespace gradtape::optim
