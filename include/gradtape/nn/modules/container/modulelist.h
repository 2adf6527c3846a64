#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "gradtape/nn/cloneable.h"

namespace gradtape::nn {

/// Modules in a list, named "0", "1", ...; it has no forward.
class ModuleListImpl : public Cloneable<ModuleListImpl> {
 public:
  using Iterator = std::vector<std::shared_ptr<Module>>::iterator;
  using ConstIterator = std::vector<std::shared_ptr<Module>>::const_iterator;

  ModuleListImpl() = default;
  template <class First, class... Rest>
  requires(!std::is_base_of_v<ModuleListImpl, std::remove_cvref_t<First>> ||
           sizeof...(Rest) > 0) explicit ModuleListImpl(First&& first, Rest&&... rest) {
    push_back(std::forward<First>(first));
    (push_back(std::forward<Rest>(rest)), ...);
  }

  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
  void reset() override {}
  void pretty_print(std::ostream& stream) const override;

  void push_back(std::shared_ptr<Module> module);
  template <class M>
  requires detail::is_module<M>
  void push_back(M&& module) {
    push_back(std::make_shared<std::remove_cvref_t<M>>(std::forward<M>(module)));
  }
  template <class M>
  void push_back(const ModuleHolder<M>& holder) {
    push_back(std::shared_ptr<Module>(holder.ptr()));
  }
  template <class Container>
  void extend(const Container& container) {
    for (const auto& module : container) push_back(module);
  }
  /// Puts a module before that at index. Throws: Error if index > size().
  void insert(size_t index, std::shared_ptr<Module> module);
  template <class M>
  requires detail::is_module<M>
  void insert(size_t index, M&& module) {
    insert(index, std::make_shared<std::remove_cvref_t<M>>(std::forward<M>(module)));
  }
  template <class M>
  void insert(size_t index, const ModuleHolder<M>& holder) {
    insert(index, std::shared_ptr<Module>(holder.ptr()));
  }

  Iterator begin() { return modules_.begin(); }
  ConstIterator begin() const { return modules_.begin(); }
  Iterator end() { return modules_.end(); }
  ConstIterator end() const { return modules_.end(); }

  // Throws: Error if the index is past the end, or for at() if the module is no T.
  template <class T>
  T& at(size_t index) const {
    static_assert(detail::is_module<T>, "Can only call ModuleList::at with an nn::Module type");
    T* module = ptr(index)->as<T>();
    GRADTAPE_CHECK(module != nullptr, "ModuleList: the module at ", index, " is a ",
                   ptr(index)->name());
    return *module;
  }
  std::shared_ptr<Module> ptr(size_t index) const;
  /// Null if the module is no T.
  template <class T>
  std::shared_ptr<T> ptr(size_t index) const {
    static_assert(detail::is_module<T>, "Can only call ModuleList::ptr with an nn::Module type");
    return std::dynamic_pointer_cast<T>(ptr(index));
  }
  std::shared_ptr<Module> operator[](size_t index) const { return ptr(index); }
  size_t size() const noexcept { return modules_.size(); }
  bool is_empty() const noexcept { return modules_.empty(); }

 private:
  std::vector<std::shared_ptr<Module>> modules_;
};
GRADTAPE_MODULE(ModuleList);

}  // namespace gradtape::nn
