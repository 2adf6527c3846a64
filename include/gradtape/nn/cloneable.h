#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gradtape/nn/module.h"

namespace gradtape::nn {

namespace detail {

// One clone() while it runs. Those of its submodules share what has been cloned so far, so that a
// module or tensor that has several names is one in the copy too.
class Cloning {
 public:
  explicit Cloning(const Module& original);
  ~Cloning() { end(); }
  Cloning(const Cloning&) = delete;
  Cloning& operator=(const Cloning&) = delete;

  // Between these, what copy registers is a clone of what original has under the same name.
  void begin(Module& copy);
  void end();
  // Throws: Error if reset() kept a tensor of its own in place of a shared one.
  void check_replaced() const;

  // The clone of a submodule, which may be known already.
  std::shared_ptr<Module> clone(const std::shared_ptr<Module>& module,
                                const std::optional<Device>& device);
  void remember(const std::shared_ptr<Module>& original, std::shared_ptr<Module> clone);

  // What module is to register under a name: tensor, unless it is a copy whose original shares the
  // tensor of that name with one that has been cloned.
  static Tensor registered(const Module& module, const std::string& name,
                           const OrderedDict<std::string, Tensor> Module::*tensors, Tensor tensor);

 private:
  const std::shared_ptr<Module>& clone_now(const std::shared_ptr<Module>& module,
                                           const std::optional<Device>& device);

  // The originals are kept alive: another one at the same address would be taken for them.
  struct Known {
    std::unordered_map<std::shared_ptr<Module>, std::shared_ptr<Module>> modules;
    std::unordered_map<const void*, std::pair<Tensor, Tensor>> tensors;
    int depth = 0;
  };

  const Module& original_;
  const Module* copy_ = nullptr;
  Cloning* outer_ = nullptr;
  std::vector<std::pair<std::string, Tensor>> replaced_;
  Known own_;
  Known* known_ = &own_;
};

}  // namespace detail

/// The base of modules that can be cloned: class NetImpl : public Cloneable<NetImpl>.
///
/// reset() registers parameters, buffers and submodules with fresh values; a constructor sets the
/// options and calls it. A clone is a copy of the object that is reset and then filled. What has
/// several names is one in the clone too: reset() must keep what register_parameter returns.
template <class Derived>
class Cloneable : public virtual Module {
 public:
  using Module::Module;

  virtual void reset() = 0;

  /// Throws: Error if reset() does not register what the original has.
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override {
    detail::Cloning cloning(*this);
    auto copy = std::make_shared<Derived>(static_cast<const Derived&>(*this));
    copy->parameters_.clear();
    copy->buffers_.clear();
    copy->children_.clear();
    cloning.begin(*copy);
    copy->reset();
    cloning.end();
    cloning.check_replaced();
    copy->clone_tensors_from(*this);
    for (const auto& child : children_)
      copy->children_[child.key()]->clone_(child.value(), cloning, device);
    return copy;
  }

 private:
  bool is_cloneable() const final { return true; }

  void clone_(const std::shared_ptr<Module>& original, detail::Cloning& cloning,
              const std::optional<Device>& device) final {
    const auto clone = std::dynamic_pointer_cast<Derived>(cloning.clone(original, device));
    GRADTAPE_CHECK(clone != nullptr,
                   "Attempted to clone submodule, but it is of a different type than the submodule "
                   "it was to be cloned into");
    auto& self = static_cast<Derived&>(*this);
    if (&self != clone.get()) self = *clone;
    Module::is_submodule_ = true;
    cloning.remember(original, weak_from_this().lock());
  }
};

}  // namespace gradtape::nn
