#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gradtape/core/ordered_dict.h"
#include "gradtape/nn/any_value.h"
#include "gradtape/nn/detail.h"
#include "gradtape/nn/pimpl.h"
#include "gradtape/ops/tensor.h"

namespace gradtape::nn {

namespace detail {
class Cloning;
}

/// The keys that load_state_dict did not find, on either side.
struct IncompatibleKeys {
  std::vector<std::string> missing_keys;
  std::vector<std::string> unexpected_keys;
};

/// A part of a network: named parameters, buffers and submodules, and what is done with them all.
///
/// A module's own class registers them in its constructor and keeps them as members:
///
///     struct Net : nn::Module {
///       Net() { fc = register_module("fc", nn::Linear(3, 4)); }
///       Tensor forward(const Tensor& x) { return fc(x); }
///       nn::Linear fc{nullptr};
///     };
///
/// Orders: own parameters or buffers as registered, then those of each submodule in turn.
class Module : public std::enable_shared_from_this<Module> {
 public:
  using ModuleApplyFunction = std::function<void(Module&)>;
  using ConstModuleApplyFunction = std::function<void(const Module&)>;
  using NamedModuleApplyFunction = std::function<void(const std::string&, Module&)>;
  using ConstNamedModuleApplyFunction = std::function<void(const std::string&, const Module&)>;
  using ModulePointerApplyFunction = std::function<void(const std::shared_ptr<Module>&)>;
  using NamedModulePointerApplyFunction =
      std::function<void(const std::string&, const std::shared_ptr<Module>&)>;

  /// Without a name, the name is that of the class.
  explicit Module(std::string name);
  Module();
  // No moves: a module is a virtual base, and moving one twice would lose its contents.
  Module(const Module&) = default;
  Module& operator=(const Module&) = default;
  /// Frees what is below it without recursion, so that a deep nest does not overflow the stack.
  virtual ~Module();

  const std::string& name() const noexcept;

  /// A deep copy. Throws: Error unless the class derives from Cloneable.
  virtual std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const;

  // -- walking: this module first, then its submodules, depth first. As in Python, a submodule that
  // its parent has under two names is visited once, under the first. The forms that hand out shared
  // pointers throw Error if this module is not owned by one.
  void apply(const ModuleApplyFunction& function);
  void apply(const ConstModuleApplyFunction& function) const;
  void apply(const NamedModuleApplyFunction& function, const std::string& name_prefix = {});
  void apply(const ConstNamedModuleApplyFunction& function,
             const std::string& name_prefix = {}) const;
  void apply(const ModulePointerApplyFunction& function) const;
  void apply(const NamedModulePointerApplyFunction& function,
             const std::string& name_prefix = {}) const;

  // -- listing; undefined tensors are left out. As in Python, a tensor or module that is registered
  // under several names is listed once, under the first.
  std::vector<Tensor> parameters(bool recurse = true) const;
  OrderedDict<std::string, Tensor> named_parameters(bool recurse = true) const;
  std::vector<Tensor> buffers(bool recurse = true) const;
  OrderedDict<std::string, Tensor> named_buffers(bool recurse = true) const;
  std::vector<std::shared_ptr<Module>> modules(bool include_self = true) const;
  OrderedDict<std::string, std::shared_ptr<Module>> named_modules(
      const std::string& name_prefix = {}, bool include_self = true) const;
  std::vector<std::shared_ptr<Module>> children() const;
  OrderedDict<std::string, std::shared_ptr<Module>> named_children() const;

  // -- mode
  virtual void train(bool on = true);
  void eval() { train(false); }
  virtual bool is_training() const noexcept { return is_training_; }

  /// Converts parameters and buffers. Integer buffers (a batch norm's counter) keep their dtype
  /// when dtype is floating point, as in Python; libtorch's C++ frontend converts them too.
  virtual void to(Device device, ScalarType dtype, bool non_blocking = false);
  virtual void to(ScalarType dtype, bool non_blocking = false);
  virtual void to(Device device, bool non_blocking = false);

  /// Fills the gradients with zeros; with set_to_none they become undefined.
  virtual void zero_grad(bool set_to_none = false);

  // -- state
  /// Parameters and buffers by name, in PyTorch's order: of each module first its parameters, then
  /// its buffers; a shared one under each of its names. The tensors share memory with the module
  /// and need no gradient.
  OrderedDict<std::string, Tensor> state_dict() const;
  /// Copies the values into the parameters and buffers of the same names, converting dtypes.
  ///
  /// Throws: Error, before anything has changed, that lists every shape that differs and, if
  /// strict, every key missing from or unknown in the dict.
  IncompatibleKeys load_state_dict(const OrderedDict<std::string, Tensor>& dict,
                                   bool strict = true);

  // -- casting; null if this is no ModuleType. A holder's name stands for what it holds.
  template <class ModuleType>
  auto* as() noexcept {
    if constexpr (detail::is_module_holder<ModuleType>)
      return dynamic_cast<typename ModuleType::ContainedType*>(this);
    else
      return dynamic_cast<ModuleType*>(this);
  }
  template <class ModuleType>
  const auto* as() const noexcept {
    return const_cast<Module*>(this)->as<ModuleType>();
  }

  /// Prints this module alone: the head of what << prints, without submodules.
  virtual void pretty_print(std::ostream& stream) const;
  /// False for modules that hold a function, which no file can.
  virtual bool is_serializable() const { return true; }
  friend std::ostream& operator<<(std::ostream& stream, const Module& module);

  // -- registration. Throws: Error if the name is empty, holds a dot or is taken, or if the module
  // is null or contains this one.
  /// The tensor becomes a leaf that needs a gradient, unless requires_grad is false. It may be
  /// undefined, for a parameter that an option switched off.
  Tensor& register_parameter(std::string name, Tensor tensor, bool requires_grad = true);
  Tensor& register_buffer(std::string name, Tensor tensor);
  template <class ModuleType>
  std::shared_ptr<ModuleType> register_module(std::string name,
                                              std::shared_ptr<ModuleType> module) {
    insert_child(std::move(name), module);
    return module;
  }
  template <class ModuleType>
  std::shared_ptr<ModuleType> register_module(std::string name, ModuleHolder<ModuleType> holder) {
    return register_module(std::move(name), holder.ptr());
  }
  /// Throws: Error if there is no submodule of that name.
  template <class ModuleType>
  std::shared_ptr<ModuleType> replace_module(const std::string& name,
                                             std::shared_ptr<ModuleType> module) {
    replace_child(name, module);
    return module;
  }
  template <class ModuleType>
  std::shared_ptr<ModuleType> replace_module(const std::string& name,
                                             ModuleHolder<ModuleType> holder) {
    return replace_module(name, holder.ptr());
  }
  void unregister_module(const std::string& name);

 protected:
  // What GRADTAPE_FORWARD_HAS_DEFAULT_ARGS overrides, so that AnyModule can leave arguments out.
  virtual bool _forward_has_default_args() { return false; }
  virtual unsigned int _forward_num_required_args();
  virtual std::vector<AnyValue> _forward_populate_default_args(std::vector<AnyValue>&& arguments);

  OrderedDict<std::string, Tensor> parameters_{"Parameter"};
  OrderedDict<std::string, std::shared_ptr<Module>> children_{"Submodule"};

 private:
  class Walk;
  template <class Derived>
  friend class Cloneable;
  template <class ModuleType, class... Arguments>
  friend struct AnyModuleHolder;

  friend class detail::Cloning;

  virtual bool is_cloneable() const { return false; }
  // Takes what the clone of original has. Nothing unless the class derives from Cloneable.
  virtual void clone_(const std::shared_ptr<Module>& original, detail::Cloning& cloning,
                      const std::optional<Device>& device);
  void insert_child(std::string name, std::shared_ptr<Module> module);
  void replace_child(const std::string& name, std::shared_ptr<Module> module);
  void check_child(const std::string& name, const std::shared_ptr<Module>& module) const;
  void convert(ScalarType dtype);
  void apply_to_submodules(const NamedModulePointerApplyFunction& function,
                           const std::string& name_prefix = {}) const;
  template <class F>
  void for_each_tensor(OrderedDict<std::string, Tensor> Module::*tensors, bool recurse,
                       const F& f) const;
  std::shared_ptr<Module> shared_from_this_checked() const;
  // What Cloneable needs of a fresh copy: its tensors filled from original, of equal counts.
  void clone_tensors_from(const Module& original);

  OrderedDict<std::string, Tensor> buffers_{"Buffer"};
  std::optional<std::string> name_;
  bool is_training_ = true;
  bool is_submodule_ = false;  // of any module, ever
};

}  // namespace gradtape::nn
