#pragma once

#include <cmath>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "gradtape/core/ordered_dict.h"
#include "gradtape/ops/factory.h"
#include "gradtape/optim/options.h"

// Fields to tensors under their names, and back.
namespace gradtape::optim {

// Adds each defined field; a number is a 0-d tensor.
class FieldWriter : public FieldVisitor {
 public:
  FieldWriter(OrderedDict<std::string, Tensor>& dict, std::string prefix)
      : dict_(dict), prefix_(std::move(prefix)) {}
  using FieldVisitor::field;
  void field(const char* name, double& value) override { add(name, full({}, value, kFloat64)); }
  void field(const char* name, bool& value) override { add(name, full({}, value, kBool)); }
  void field(const char* name, int64_t& value) override { add(name, full({}, value, kInt64)); }
  void field(const char* name, Tensor& value) override {
    if (value.defined()) add(name, value);
  }

 private:
  void add(const char* name, const Tensor& value) { dict_.insert(prefix_ + name, value); }

  OrderedDict<std::string, Tensor>& dict_;
  std::string prefix_;
};

// Sets the numbers that the dict has, and remembers their names.
class FieldReader : public FieldVisitor {
 public:
  FieldReader(const OrderedDict<std::string, Tensor>& dict, std::string prefix,
              std::set<std::string>& known)
      : dict_(dict), prefix_(std::move(prefix)), known_(known) {}
  using FieldVisitor::field;
  void field(const char* name, double& value) override { number(name, value); }
  void field(const char* name, bool& value) override { number(name, value); }
  void field(const char* name, int64_t& value) override { number(name, value); }
  void field(const char*, Tensor&) override {}

 protected:
  virtual const Tensor* find(const char* name) {
    const Tensor* value = dict_.find(prefix_ + name);
    if (value) known_.insert(prefix_ + name);
    return value;
  }
  const std::string& prefix() const { return prefix_; }

 private:
  template <class T>
  void number(const char* name, T& value) {
    const Tensor* found = find(name);
    if (!found) return;
    GRADTAPE_CHECK(found->numel() == 1, "load_state_dict: ", prefix_, name,
                   " must be a single number; got shape ", found->sizes());
    if constexpr (!std::is_same_v<T, double>) {
      const auto number = found->item<double>();
      GRADTAPE_CHECK(number == std::trunc(number) && std::isfinite(number),
                     "load_state_dict: ", prefix_, name, " must be a whole number; got ", number);
    }
    value = found->item<T>();
  }

  const OrderedDict<std::string, Tensor>& dict_;
  std::string prefix_;
  std::set<std::string>& known_;
};

// Calls a function with the field of one type and name.
template <class T, class F>
class FieldFinder : public FieldVisitor {
 public:
  FieldFinder(std::string_view name, const F& f) : name_(name), f_(f) {}
  using FieldVisitor::field;
  void field(const char* name, double& value) override { look(name, value); }
  void field(const char* name, bool& value) override { look(name, value); }
  void field(const char* name, int64_t& value) override { look(name, value); }
  void field(const char* name, Tensor& value) override { look(name, value); }

  bool found = false;

 private:
  template <class Value>
  void look(const char* name, Value& value) {
    if constexpr (std::is_same_v<Value, T>) {
      if (name != name_) return;
      found = true;
      f_(value);
    }
  }

  std::string_view name_;
  const F& f_;
};

// Calls f with the option of this type and name; false if there is none.
template <class T, class F>
bool with_option(OptimizerOptions& options, std::string_view name, const F& f) {
  FieldFinder<T, F> finder(name, f);
  options.visit(finder);
  return finder.found;
}

// A state's saved tensor as the parameter's dtype has it. Throws: Error if its shape is another.
inline Tensor saved_state(const std::string& name, const Tensor& saved, IntArrayRef sizes,
                          const Tensor& parameter) {
  GRADTAPE_CHECK(saved.sizes().equals(sizes), "load_state_dict: ", name, " must have the shape ",
                 sizes, " for a parameter ", parameter.sizes(), "; got ", saved.sizes());
  return saved.detach().to(parameter.dtype()).clone();
}

// Copies what is not known to rest, for the optimizer that is wrapped.
inline void keep_unknown(const OrderedDict<std::string, Tensor>& dict,
                         const std::set<std::string>& known,
                         OrderedDict<std::string, Tensor>& rest) {
  for (const auto& entry : dict)
    if (!known.contains(entry.key())) rest.insert(entry.key(), entry.value());
}

}  // namespace gradtape::optim
