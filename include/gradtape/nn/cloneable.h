#pragma once

#include <memory>
#include <optional>

#include "gradtape/nn/module.h"

namespace gradtape::nn {

/// The base of modules that can be cloned: class NetImpl : public Cloneable<NetImpl>.
///
/// reset() registers parameters, buffers and submodules with fresh values; a constructor sets the
/// options and calls it. A clone is a copy of the object that is reset and then filled.
template <class Derived>
class Cloneable : public virtual Module {
 public:
  using Module::Module;

  virtual void reset() = 0;

  /// Throws: Error if reset() does not register what the original has.
  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override {
    auto copy = std::make_shared<Derived>(static_cast<const Derived&>(*this));
    copy->parameters_.clear();
    copy->buffers_.clear();
    copy->children_.clear();
    copy->reset();
    copy->clone_tensors_from(*this);
    for (const auto& child : children_) {
      copy->children_[child.key()]->clone_(*child.value(), device);
    }
    return copy;
  }

 private:
  void clone_(Module& other, const std::optional<Device>& device) final {
    const auto clone = std::dynamic_pointer_cast<Derived>(other.clone(device));
    GRADTAPE_CHECK(clone != nullptr,
                   "Attempted to clone submodule, but it is of a different type than the submodule "
                   "it was to be cloned into");
    static_cast<Derived&>(*this) = std::move(*clone);
  }
};

}  // namespace gradtape::nn
