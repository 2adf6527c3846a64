#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gradtape/nn/cloneable.h"

namespace gradtape::nn {

/// Modules by name, in the order of insertion; it has no forward.
class ModuleDictImpl : public Cloneable<ModuleDictImpl> {
 public:
  using Modules = OrderedDict<std::string, std::shared_ptr<Module>>;
  using Iterator = Modules::Iterator;
  using ConstIterator = Modules::ConstIterator;

  ModuleDictImpl() = default;
  explicit ModuleDictImpl(
      const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& modules) {
    update(modules);
  }
  explicit ModuleDictImpl(const Modules& modules) { update(modules); }

  std::vector<std::pair<std::string, std::shared_ptr<Module>>> items() const {
    return modules_.pairs();
  }
  std::vector<std::string> keys() const { return modules_.keys(); }
  std::vector<std::shared_ptr<Module>> values() const { return modules_.values(); }
  Iterator begin() { return modules_.begin(); }
  ConstIterator begin() const { return modules_.begin(); }
  Iterator end() { return modules_.end(); }
  ConstIterator end() const { return modules_.end(); }
  size_t size() const noexcept { return modules_.size(); }
  bool empty() const noexcept { return modules_.is_empty(); }
  bool contains(const std::string& key) const noexcept { return modules_.contains(key); }
  void clear();
  /// Takes a module out. Throws: Error if the key is unknown.
  std::shared_ptr<Module> pop(const std::string& key);
  /// Inserts modules; a known key's module is replaced.
  void update(const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& modules) {
    for (const auto& item : modules) insert(item.first, item.second);
  }
  template <class Container>
  void update(const Container& container) {
    for (const auto& item : container) insert(item.key(), item.value());
  }

  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
  void reset() override {}
  void pretty_print(std::ostream& stream) const override;

  // Throws: Error if the key is unknown, or for at() if the module is no T.
  std::shared_ptr<Module> operator[](const std::string& key) const { return modules_[key]; }
  template <class T>
  T& at(const std::string& key) const {
    static_assert(detail::is_module<T>, "Can only call ModuleDict::at with an nn::Module type");
    T* module = modules_[key]->template as<T>();
    GRADTAPE_CHECK(module != nullptr, "ModuleDict: the module at '", key, "' is a ",
                   modules_[key]->name());
    return *module;
  }

 private:
  void insert(const std::string& key, std::shared_ptr<Module> module);

  Modules modules_;
};
GRADTAPE_MODULE(ModuleDict);

}  // namespace gradtape::nn
