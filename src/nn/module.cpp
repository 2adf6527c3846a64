#include "gradtape/nn/module.h"

#include <cstdlib>
#include <sstream>

#include <cxxabi.h>

#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/grad_mode.h"

namespace gradtape::nn {

namespace detail {

std::string type_name(const std::type_info& type) {
  int status = 0;
  char* demangled = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string name = status == 0 ? demangled : type.name();
  std::free(demangled);
  // Printed modules are compared with libtorch's, so its namespace stands for ours.
  static constexpr char kOurs[] = "gradtape::";
  for (size_t at = name.find(kOurs); at != std::string::npos; at = name.find(kOurs, at + 1)) {
    const bool starts_a_name =
        at == 0 || !(std::isalnum(static_cast<unsigned char>(name[at - 1])) ||
                     name[at - 1] == '_' || name[at - 1] == ':');
    if (starts_a_name) name.replace(at, sizeof kOurs - 1, "torch::");
  }
  return name;
}

}  // namespace detail

namespace {

std::string join_name(const std::string& prefix, const std::string& name) {
  return prefix.empty() ? name : prefix + '.' + name;
}

void check_name(const std::string& name, const char* kind) {
  GRADTAPE_CHECK(!name.empty(), kind, " name must not be empty");
  GRADTAPE_CHECK(name.find('.') == std::string::npos, kind, " name must not contain a dot (got '",
                 name, "')");
}

OrderedDict<std::string, Tensor> defined_only(const OrderedDict<std::string, Tensor>& tensors) {
  OrderedDict<std::string, Tensor> result;
  for (const auto& item : tensors) {
    if (item->defined()) result.insert(item.key(), item.value());
  }
  return result;
}

void append(std::ostream& out, const char* what, const std::vector<std::string>& keys) {
  if (keys.empty()) return;
  out << "\n\t" << what << " key(s) in state_dict: ";
  for (size_t i = 0; i < keys.size(); ++i) out << (i ? ", \"" : "\"") << keys[i] << '"';
  out << ". ";
}

// Gives target the values of source: its dtype and shape may differ from what target had.
void set_values(const Tensor& target, const Tensor& source) { target.set_data(source); }

}  // namespace

Module::Module(std::string name) : name_(std::move(name)) {}
Module::Module() = default;

const std::string& Module::name() const noexcept {
  // In the constructor typeid would name a base class, so the name is made when first asked for.
  if (!name_) name_ = detail::type_name(typeid(*this));
  return *name_;
}

// -- walking

void Module::apply(const ModuleApplyFunction& function) {
  function(*this);
  apply_to_submodules(
      [&](const std::string&, const std::shared_ptr<Module>& module) { function(*module); });
}

void Module::apply(const ConstModuleApplyFunction& function) const {
  function(*this);
  apply_to_submodules(
      [&](const std::string&, const std::shared_ptr<Module>& module) { function(*module); });
}

void Module::apply(const NamedModuleApplyFunction& function, const std::string& name_prefix) {
  function(name_prefix, *this);
  apply_to_submodules([&](const std::string& name,
                          const std::shared_ptr<Module>& module) { function(name, *module); },
                      name_prefix);
}

void Module::apply(const ConstNamedModuleApplyFunction& function,
                   const std::string& name_prefix) const {
  function(name_prefix, *this);
  apply_to_submodules([&](const std::string& name,
                          const std::shared_ptr<Module>& module) { function(name, *module); },
                      name_prefix);
}

void Module::apply(const ModulePointerApplyFunction& function) const {
  function(shared_from_this_checked());
  apply_to_submodules(
      [&](const std::string&, const std::shared_ptr<Module>& module) { function(module); });
}

void Module::apply(const NamedModulePointerApplyFunction& function,
                   const std::string& name_prefix) const {
  function(name_prefix, shared_from_this_checked());
  apply_to_submodules(function, name_prefix);
}

void Module::apply_to_submodules(const NamedModulePointerApplyFunction& function,
                                 const std::string& name_prefix) const {
  for (const auto& child : children_) {
    const std::string name = join_name(name_prefix, child.key());
    function(name, child.value());
    child.value()->apply_to_submodules(function, name);
  }
}

std::shared_ptr<Module> Module::shared_from_this_checked() const {
  const std::shared_ptr<const Module> shared = weak_from_this().lock();
  GRADTAPE_CHECK(shared != nullptr,
                 "It looks like you attempted to retrieve your top-level module as a shared_ptr, "
                 "but it is not stored in a shared_ptr. Use std::make_shared<",
                 name(),
                 "> instead of creating your module on the stack, or alternatively do not try to "
                 "access your top-level module at all by passing /*include_self=*/false to "
                 "modules() or named_modules()");
  return std::const_pointer_cast<Module>(shared);
}

// -- listing

OrderedDict<std::string, Tensor> Module::named_parameters(bool recurse) const {
  if (!recurse) return defined_only(parameters_);
  OrderedDict<std::string, Tensor> result;
  apply([&](const std::string& name, const Module& module) {
    for (const auto& item : module.parameters_) {
      if (item->defined()) result.insert(join_name(name, item.key()), item.value());
    }
  });
  return result;
}

OrderedDict<std::string, Tensor> Module::named_buffers(bool recurse) const {
  if (!recurse) return defined_only(buffers_);
  OrderedDict<std::string, Tensor> result;
  apply([&](const std::string& name, const Module& module) {
    for (const auto& item : module.buffers_) {
      if (item->defined()) result.insert(join_name(name, item.key()), item.value());
    }
  });
  return result;
}

std::vector<Tensor> Module::parameters(bool recurse) const {
  return named_parameters(recurse).values();
}

std::vector<Tensor> Module::buffers(bool recurse) const { return named_buffers(recurse).values(); }

std::vector<std::shared_ptr<Module>> Module::modules(bool include_self) const {
  std::vector<std::shared_ptr<Module>> result;
  if (include_self) result.push_back(shared_from_this_checked());
  apply_to_submodules(
      [&](const std::string&, const std::shared_ptr<Module>& module) { result.push_back(module); });
  return result;
}

OrderedDict<std::string, std::shared_ptr<Module>> Module::named_modules(
    const std::string& name_prefix, bool include_self) const {
  OrderedDict<std::string, std::shared_ptr<Module>> result;
  if (include_self) result.insert(name_prefix, shared_from_this_checked());
  apply_to_submodules([&](const std::string& name,
                          const std::shared_ptr<Module>& module) { result.insert(name, module); },
                      name_prefix);
  return result;
}

std::vector<std::shared_ptr<Module>> Module::children() const { return children_.values(); }

OrderedDict<std::string, std::shared_ptr<Module>> Module::named_children() const {
  return children_;
}

// -- mode, conversion

void Module::train(bool on) {
  for (auto& child : children_) child.value()->train(on);
  is_training_ = on;
}

void Module::to(Device, ScalarType dtype, bool non_blocking) { to(dtype, non_blocking); }

void Module::to(ScalarType dtype, bool non_blocking) {
  for (auto& child : children_) child.value()->to(dtype, non_blocking);
  convert(dtype);
}

void Module::to(Device device, bool non_blocking) {
  for (auto& child : children_) child.value()->to(device, non_blocking);
}

void Module::convert(ScalarType dtype) {
  const NoGradGuard no_grad;
  for (auto& item : parameters_) {
    if (!item->defined() || item->dtype() == dtype) continue;
    set_values(*item, item->detach().to(dtype));
    if (item->grad().defined()) item->mutable_grad() = item->grad().detach().to(dtype);
  }
  for (auto& item : buffers_) {
    const bool keeps = item->defined() && is_integral(item->dtype()) && is_floating_point(dtype);
    if (item->defined() && !keeps && item->dtype() != dtype)
      set_values(*item, item->detach().to(dtype));
  }
}

void Module::zero_grad(bool set_to_none) {
  for (auto& child : children_) child.value()->zero_grad(set_to_none);
  for (auto& item : parameters_) {
    if (!item->defined()) continue;
    if (set_to_none) {
      item->mutable_grad().reset();
    } else {
      autograd::zero_grad(*item);
    }
  }
}

// -- state

OrderedDict<std::string, Tensor> Module::state_dict() const {
  OrderedDict<std::string, Tensor> result;
  apply([&](const std::string& name, const Module& module) {
    for (const auto* tensors : {&module.parameters_, &module.buffers_}) {
      for (const auto& item : *tensors) {
        if (item->defined()) result.insert(join_name(name, item.key()), item->detach());
      }
    }
  });
  return result;
}

IncompatibleKeys Module::load_state_dict(const OrderedDict<std::string, Tensor>& dict,
                                         bool strict) {
  IncompatibleKeys keys;
  gradtape::detail::TextStream problems;
  const OrderedDict<std::string, Tensor> own = state_dict();
  for (const auto& item : own) {
    if (!dict.contains(item.key())) keys.missing_keys.push_back(item.key());
  }
  for (const auto& item : dict) {
    if (!own.contains(item.key())) keys.unexpected_keys.push_back(item.key());
  }
  if (strict) {
    append(problems, "Missing", keys.missing_keys);
    append(problems, "Unexpected", keys.unexpected_keys);
  }
  for (const auto& item : own) {
    const Tensor* values = dict.find(item.key());
    if (values && (!values->defined() || values->sizes() != item->sizes())) {
      problems << "\n\tsize mismatch for " << item.key() << ": copying a param with shape ";
      if (values->defined())
        problems << values->sizes();
      else
        problems << "undefined";
      problems << " from checkpoint, the shape in current model is " << item->sizes() << ".";
    }
  }
  const std::string text = problems.str();
  GRADTAPE_CHECK(text.empty(), "Error(s) in loading state_dict for ", name(), ":", text);

  const NoGradGuard no_grad;
  for (const auto& item : own) {
    if (const Tensor* values = dict.find(item.key())) Tensor(item.value()).copy_(*values);
  }
  return keys;
}

// -- registration

Tensor& Module::register_parameter(std::string name, Tensor tensor, bool requires_grad) {
  check_name(name, "Parameter");
  if (tensor.defined()) tensor.requires_grad_(requires_grad);
  return parameters_.insert(std::move(name), std::move(tensor));
}

Tensor& Module::register_buffer(std::string name, Tensor tensor) {
  check_name(name, "Buffer");
  return buffers_.insert(std::move(name), std::move(tensor));
}

void Module::insert_child(std::string name, std::shared_ptr<Module> module) {
  check_name(name, "Submodule");
  children_.insert(std::move(name), std::move(module));
}

void Module::unregister_module(const std::string& name) {
  GRADTAPE_CHECK(children_.contains(name), "No Module with name `", name, "` is registered");
  children_.erase(name);
}

// -- cloning

std::shared_ptr<Module> Module::clone(const std::optional<Device>&) const {
  gradtape::detail::fail("clone() has not been implemented for ", name(),
                         ". Subclass torch::nn::Cloneable<", name(),
                         "> instead of torch::nn::Module to inherit the ability to clone.");
}

void Module::clone_(Module&, const std::optional<Device>&) {}

void Module::clone_tensors_from(const Module& original) {
  const auto check = [](size_t mine, size_t theirs, const char* kind, const char* registrar) {
    GRADTAPE_CHECK(mine == theirs, "The cloned module does not have the same number of ", kind,
                   " as the original module after calling reset() (", mine, " and ", theirs,
                   "). Are you sure you called ", registrar,
                   "() inside reset() and not the constructor?");
  };
  check(parameters_.size(), original.parameters_.size(), "parameters", "register_parameter");
  check(buffers_.size(), original.buffers_.size(), "buffers", "register_buffer");
  check(children_.size(), original.children_.size(), "child modules", "register_module");
  const NoGradGuard no_grad;
  for (const auto& item : original.parameters_) {
    if (!item->defined()) continue;
    const Tensor& copy = parameters_[item.key()];
    set_values(copy, item->detach().clone());
    copy.requires_grad_(item->requires_grad());
  }
  for (const auto& item : original.buffers_) {
    if (item->defined()) set_values(buffers_[item.key()], item->detach().clone());
  }
}

// -- printing

void Module::pretty_print(std::ostream& stream) const { stream << name(); }

void Module::pretty_print_recursive(std::ostream& stream, const std::string& indentation) const {
  pretty_print(stream);
  if (children_.is_empty()) return;
  stream << "(\n";
  const std::string inner = indentation + "  ";
  for (const auto& child : children_) {
    stream << inner << '(' << child.key() << "): ";
    child.value()->pretty_print_recursive(stream, inner);
    stream << '\n';
  }
  stream << indentation << ')';
}

std::ostream& operator<<(std::ostream& stream, const Module& module) {
  module.pretty_print_recursive(stream, "");
  return stream;
}

// -- default arguments

namespace {
[[noreturn]] void fail_default_args(const char* method) {
  gradtape::detail::fail(
      "torch::nn::Module subclass that has default arguments in `forward` method must override `",
      method, "` method. Please use `FORWARD_HAS_DEFAULT_ARGS` macro to do so.");
}
}  // namespace

unsigned int Module::_forward_num_required_args() {
  fail_default_args("_forward_num_required_args");
}

std::vector<AnyValue> Module::_forward_populate_default_args(std::vector<AnyValue>&&) {
  fail_default_args("_forward_populate_default_args");
}

}  // namespace gradtape::nn
