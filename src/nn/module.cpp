#include "gradtape/nn/module.h"

#include <bit>
#include <exception>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>
#include <typeindex>
#include <unordered_set>

#include "core/demangle.h"

#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/grad_mode.h"
#include "gradtape/nn/cloneable.h"

namespace gradtape::nn {

namespace detail {

std::string type_name(const std::type_info& type) {
  std::string name = demangle(type.name());
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

void append(std::ostream& out, const char* what, const std::vector<std::string>& keys) {
  if (keys.empty()) return;
  out << "\n\t" << what << " key(s) in state_dict: ";
  for (size_t i = 0; i < keys.size(); ++i) out << (i ? ", \"" : "\"") << keys[i] << '"';
  out << ". ";
}

// Calls f, which recurses through functions that a class may override; every so many levels on a
// stack of its own, so that no depth overflows it.
template <class F>
void recurse(const F& f) {
  constexpr int kLevels = 500;
  thread_local int depth = 0;
  struct Level {
    Level() { ++depth; }
    ~Level() { --depth; }
  } level;
  if (depth % kLevels != 0) return f();
  std::exception_ptr error;
  std::thread([&] {
    try {
      f();
    } catch (...) {
      error = std::current_exception();
    }
  }).join();
  if (error) std::rethrow_exception(error);
}

// Gives target the values of source: its dtype and shape may differ from what target had.
void set_values(const Tensor& target, const Tensor& source) { target.set_data(source); }

}  // namespace

Module::Module(std::string name) : name_(std::move(name)) {}
Module::Module() = default;

Module::~Module() {
  // While one module is freed, what those below it free waits for its turn.
  thread_local std::vector<std::shared_ptr<Module>>* waiting = nullptr;
  std::vector<std::shared_ptr<Module>> own;
  const bool outermost = waiting == nullptr;
  if (outermost) waiting = &own;
  for (auto& child : children_) waiting->push_back(std::move(child.value()));
  if (!outermost) return;
  while (!own.empty()) {
    const std::shared_ptr<Module> last = std::move(own.back());
    own.pop_back();
  }
  waiting = nullptr;
}

const std::string& Module::name() const noexcept {
  if (name_) return *name_;
  // In the constructor typeid would name a base class, so the name is made when it is asked for;
  // by class, because several threads may ask at once.
  static std::mutex mutex;
  static std::map<std::type_index, std::string> names;
  const std::lock_guard lock(mutex);
  std::string& name = names[typeid(*this)];
  if (name.empty()) name = detail::type_name(typeid(*this));
  return name;
}

// -- walking

// Goes to every module below one, parents before children.
class Module::Walk {
 public:
  // Which of the places of a shared module are gone to.
  enum class Places { kAll, kFirstOfParent, kFirst };

  Walk(const Module& root, Places places, std::string prefix = {})
      : places_(places), name_(std::move(prefix)) {
    path_.push_back({nullptr, &root, 0, name_.size(), {}});
  }

  // To the next one; false at the end.
  bool next() {
    while (!path_.empty()) {
      Level& top = path_.back();
      if (top.next == top.module->children_.size()) {
        path_.pop_back();
        continue;
      }
      const auto& child = top.module->children_[top.next++];
      auto& seen = places_ == Places::kFirst ? path_[0].seen : top.seen;
      if (places_ != Places::kAll && !seen.insert(child->get()).second) continue;
      name_.resize(top.name_size);
      if (!name_.empty()) name_ += '.';
      name_ += child.key();
      path_.push_back({child.value(), child->get(), 0, name_.size(), {}});
      check_path();
      return true;
    }
    return false;
  }

  const std::string& name() const { return name_; }
  std::string key() const { return name_.substr(name_.rfind('.') + 1); }
  const std::shared_ptr<Module>& module() const { return path_.back().owner; }
  size_t depth() const { return path_.size() - 1; }

 private:
  struct Level {
    std::shared_ptr<Module> owner;
    const Module* module;
    size_t next, name_size;
    std::unordered_set<const Module*> seen;
  };

  // Registration refuses a module that contains itself, but one may become so by assignment. As
  // Brent's algorithm: the last module is compared with one that moves down in growing steps.
  void check_path() {
    const size_t last = path_.size() - 1;
    if (anchor_ >= last) anchor_ = 0;
    GRADTAPE_CHECK(path_[last].module != path_[anchor_].module, "The module '",
                   name_.substr(0, path_[anchor_].name_size), "' contains itself, as '", name_,
                   "'");
    if (std::has_single_bit(last)) anchor_ = last;
  }

  Places places_;
  std::string name_;
  std::vector<Level> path_;
  size_t anchor_ = 0;
};

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
  for (Walk walk(*this, Walk::Places::kFirstOfParent, name_prefix); walk.next();)
    function(walk.name(), walk.module());
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

// f(name of the module, item) for each tensor once.
template <class F>
void Module::for_each_tensor(OrderedDict<std::string, Tensor> Module::*tensors, bool recurse,
                             const F& f) const {
  std::unordered_set<const void*> seen;
  const auto visit = [&](const std::string& name, const Module& module) {
    for (const auto& item : module.*tensors) {
      if (item->defined() && seen.insert(item->unsafeGetTensorImpl()).second) f(name, item);
    }
  };
  visit({}, *this);
  if (!recurse) return;
  for (Walk walk(*this, Walk::Places::kFirst); walk.next();) visit(walk.name(), *walk.module());
}

OrderedDict<std::string, Tensor> Module::named_parameters(bool recurse) const {
  OrderedDict<std::string, Tensor> result;
  for_each_tensor(&Module::parameters_, recurse, [&](const std::string& name, const auto& item) {
    result.insert(join_name(name, item.key()), item.value());
  });
  return result;
}

OrderedDict<std::string, Tensor> Module::named_buffers(bool recurse) const {
  OrderedDict<std::string, Tensor> result;
  for_each_tensor(&Module::buffers_, recurse, [&](const std::string& name, const auto& item) {
    result.insert(join_name(name, item.key()), item.value());
  });
  return result;
}

std::vector<Tensor> Module::parameters(bool recurse) const {
  std::vector<Tensor> result;
  for_each_tensor(&Module::parameters_, recurse,
                  [&](const auto&, const auto& item) { result.push_back(item.value()); });
  return result;
}

std::vector<Tensor> Module::buffers(bool recurse) const {
  std::vector<Tensor> result;
  for_each_tensor(&Module::buffers_, recurse,
                  [&](const auto&, const auto& item) { result.push_back(item.value()); });
  return result;
}

std::vector<std::shared_ptr<Module>> Module::modules(bool include_self) const {
  std::vector<std::shared_ptr<Module>> result;
  if (include_self) result.push_back(shared_from_this_checked());
  for (Walk walk(*this, Walk::Places::kFirst); walk.next();) result.push_back(walk.module());
  return result;
}

OrderedDict<std::string, std::shared_ptr<Module>> Module::named_modules(
    const std::string& name_prefix, bool include_self) const {
  OrderedDict<std::string, std::shared_ptr<Module>> result;
  if (include_self) result.insert(name_prefix, shared_from_this_checked());
  for (Walk walk(*this, Walk::Places::kFirst, name_prefix); walk.next();)
    result.insert(walk.name(), walk.module());
  return result;
}

std::vector<std::shared_ptr<Module>> Module::children() const { return named_children().values(); }

OrderedDict<std::string, std::shared_ptr<Module>> Module::named_children() const {
  OrderedDict<std::string, std::shared_ptr<Module>> result{"Submodule"};
  std::unordered_set<const Module*> seen;
  for (const auto& child : children_) {
    if (seen.insert(child->get()).second) result.insert(child.key(), child.value());
  }
  return result;
}

// -- mode, conversion

void Module::train(bool on) {
  recurse([&] {
    for (const auto& child : children()) child->train(on);
  });
  is_training_ = on;
}

void Module::to(Device, ScalarType dtype, bool non_blocking) { to(dtype, non_blocking); }

void Module::to(ScalarType dtype, bool non_blocking) {
  recurse([&] {
    for (const auto& child : children()) child->to(dtype, non_blocking);
  });
  convert(dtype);
}

void Module::to(Device device, bool non_blocking) {
  recurse([&] {
    for (const auto& child : children()) child->to(device, non_blocking);
  });
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
  for (Tensor& parameter : parameters()) {
    if (set_to_none) {
      parameter.mutable_grad().reset();
    } else {
      autograd::zero_grad(parameter);
    }
  }
}

// -- state

OrderedDict<std::string, Tensor> Module::state_dict() const {
  OrderedDict<std::string, Tensor> result;
  const auto add = [&](const std::string& name, const Module& module) {
    for (const auto* tensors : {&module.parameters_, &module.buffers_}) {
      for (const auto& item : *tensors) {
        if (item->defined()) result.insert(join_name(name, item.key()), item->detach());
      }
    }
  };
  add({}, *this);
  for (Walk walk(*this, Walk::Places::kAll); walk.next();) add(walk.name(), *walk.module());
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
  tensor = detail::Cloning::registered(*this, name, &Module::parameters_, std::move(tensor));
  return parameters_.insert(std::move(name), std::move(tensor));
}

Tensor& Module::register_buffer(std::string name, Tensor tensor) {
  check_name(name, "Buffer");
  tensor = detail::Cloning::registered(*this, name, &Module::buffers_, std::move(tensor));
  return buffers_.insert(std::move(name), std::move(tensor));
}

void Module::insert_child(std::string name, std::shared_ptr<Module> module) {
  check_name(name, "Submodule");
  check_child(name, module);
  children_.insert(std::move(name), module);
  module->is_submodule_ = true;
}

void Module::replace_child(const std::string& name, std::shared_ptr<Module> module) {
  std::shared_ptr<Module>& child = children_[name];
  check_child(name, module);
  module->is_submodule_ = true;
  child = std::move(module);
}

void Module::check_child(const std::string& name, const std::shared_ptr<Module>& module) const {
  GRADTAPE_CHECK(module != nullptr, "Submodule '", name, "' must not be null");
  const auto check = [&](const Module* other, const std::string& path) {
    GRADTAPE_CHECK(other != this, "Submodule '", name,
                   "' must not contain the module it is registered in, which is its '", path, "'");
  };
  check(module.get(), name);
  if (!is_submodule_) return;  // the usual case: nothing contains this module yet
  for (Walk walk(*module, Walk::Places::kFirst, name); walk.next();)
    check(walk.module().get(), walk.name());
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

void Module::clone_(const std::shared_ptr<Module>&, detail::Cloning&,
                    const std::optional<Device>&) {}

namespace detail {

namespace {
// The submodule whose clone() comes next as part of another one, and what that one knows. A clone()
// that a class's own code calls stands for itself.
struct {
  const Module* module = nullptr;
  void* known = nullptr;
} thread_local next_clone;
thread_local Cloning* registering = nullptr;
}  // namespace

Cloning::Cloning(const Module& original) : original_(original) {
  if (next_clone.module == &original) known_ = static_cast<Known*>(next_clone.known);
  next_clone = {};
}

void Cloning::begin(Module& copy) {
  copy_ = &copy;
  outer_ = std::exchange(registering, this);
}

void Cloning::end() {
  if (copy_) registering = outer_;
  copy_ = nullptr;
}

void Cloning::check_replaced() const {
  for (const auto& [name, tensor] : replaced_) {
    GRADTAPE_CHECK(tensor.use_count() == 1, "clone: ", original_.name(), " shares '", name,
                   "' with another name, so its reset() must keep what register_parameter or "
                   "register_buffer returns");
  }
}

std::shared_ptr<Module> Cloning::clone(const std::shared_ptr<Module>& module,
                                       const std::optional<Device>& device) {
  constexpr int kDeep = 200;
  if (const auto found = known_->modules.find(module); found != known_->modules.end())
    return found->second;
  if (known_->depth >= kDeep) {
    // From the far end, so that the recursion goes no deeper.
    std::vector<std::shared_ptr<Module>> below = module->modules(/*include_self=*/false);
    for (; !below.empty(); below.pop_back()) {
      if (below.back()->is_cloneable()) clone_now(below.back(), device);
    }
  }
  return clone_now(module, device);
}

const std::shared_ptr<Module>& Cloning::clone_now(const std::shared_ptr<Module>& module,
                                                  const std::optional<Device>& device) {
  struct Below {
    int& depth;
    ~Below() {
      --depth;
      next_clone = {};
    }
  } below{++known_->depth};
  next_clone = {module.get(), known_};
  std::shared_ptr<Module> clone = module->clone(device);
  return known_->modules[module] = std::move(clone);
}

void Cloning::remember(const std::shared_ptr<Module>& original, std::shared_ptr<Module> clone) {
  if (clone) known_->modules[original] = std::move(clone);
}

Tensor Cloning::registered(const Module& module, const std::string& name,
                           const OrderedDict<std::string, Tensor> Module::*tensors, Tensor tensor) {
  if (!registering || registering->copy_ != &module) return tensor;
  const Tensor* original = (registering->original_.*tensors).find(name);
  if (!original || !original->defined() || !tensor.defined()) return tensor;
  // A copied object that registers what it holds holds the original's.
  const bool holds_original = tensor.is_same(*original);
  if (holds_original) tensor = tensor.detach().clone();
  const auto found =
      registering->known_->tensors.try_emplace(original->unsafeGetTensorImpl(), *original, tensor)
          .first;
  const Tensor& clone = found->second.second;
  if (!holds_original && !clone.is_same(tensor))
    registering->replaced_.emplace_back(name, std::move(tensor));
  return clone;
}

}  // namespace detail

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

std::ostream& operator<<(std::ostream& stream, const Module& module) {
  const auto indentation = [](size_t depth) { return std::string(2 * depth, ' '); };
  module.pretty_print(stream);
  size_t before = 0;
  for (Module::Walk walk(module, Module::Walk::Places::kAll); walk.next();) {
    const size_t depth = walk.depth();
    stream << (depth > before ? "(\n" : "\n");
    for (; before > depth; --before) stream << indentation(before - 1) << ")\n";
    stream << indentation(depth) << '(' << walk.key() << "): ";
    walk.module()->pretty_print(stream);
    before = depth;
  }
  for (; before > 0; --before) stream << '\n' << indentation(before - 1) << ')';
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
