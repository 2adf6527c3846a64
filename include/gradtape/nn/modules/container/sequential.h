#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gradtape/nn/any_module.h"
#include "gradtape/nn/cloneable.h"

namespace gradtape::nn {

/// Modules one after another: each takes what the one before returned.
///
/// Names, in state_dict and print, are "0", "1", ... or given: Sequential({{"fc", Linear(2, 3)}}).
class SequentialImpl : public Cloneable<SequentialImpl> {
 public:
  using Iterator = std::vector<AnyModule>::iterator;
  using ConstIterator = std::vector<AnyModule>::const_iterator;

  SequentialImpl() = default;
  /// Modules, holders, shared pointers to modules or AnyModules.
  template <class First, class... Rest>
  requires(!std::is_base_of_v<SequentialImpl, std::remove_cvref_t<First>> ||
           sizeof...(Rest) > 0) explicit SequentialImpl(First&& first, Rest&&... rest) {
    modules_.reserve(1 + sizeof...(Rest));
    push_back(std::forward<First>(first));
    (push_back(std::forward<Rest>(rest)), ...);
  }
  explicit SequentialImpl(OrderedDict<std::string, AnyModule>&& modules);
  explicit SequentialImpl(std::initializer_list<NamedAnyModule> modules);

  std::shared_ptr<Module> clone(const std::optional<Device>& device = {}) const override;
  void reset() override {}
  void pretty_print(std::ostream& stream) const override;

  /// Throws: Error if this is empty, a module's forward does not take what it is given, or the
  /// last one returns no ReturnType.
  template <class ReturnType = Tensor, class... Inputs>
  ReturnType forward(Inputs&&... inputs) {
    if constexpr (std::is_same_v<ReturnType, Tensor> && sizeof...(Inputs) == 1 &&
                  (std::is_same_v<std::remove_cvref_t<Inputs>, Tensor> && ...)) {
      if (all_map_tensors_) return forward_tensor(inputs...);
    }
    AnyValue value = run(modules_, std::forward<Inputs>(inputs)...);
    if (auto* result = value.template try_get<ReturnType>()) return std::move(*result);
    gradtape::detail::fail("The type of the return value is ", detail::type_name(value.type_info()),
                           ", but you asked for type ", detail::type_name(typeid(ReturnType)));
  }

  template <class M>
  requires(!std::is_same_v<std::remove_cvref_t<M>, AnyModule>) void push_back(M&& module) {
    push_back(next_name(), AnyModule(std::forward<M>(module)));
  }
  template <class M>
  requires(!std::is_same_v<std::remove_cvref_t<M>, AnyModule>) void push_back(std::string name,
                                                                              M&& module) {
    push_back(std::move(name), AnyModule(std::forward<M>(module)));
  }
  void push_back(AnyModule module) { push_back(next_name(), std::move(module)); }
  void push_back(std::string name, AnyModule module);
  /// Appends every module of a container.
  template <class Container>
  void extend(const Container& container) {
    for (const auto& module : container) push_back(module);
  }

  Iterator begin() { return modules_.begin(); }
  ConstIterator begin() const { return modules_.begin(); }
  Iterator end() { return modules_.end(); }
  ConstIterator end() const { return modules_.end(); }

  // Throws: Error if the index is past the end or the module no T.
  template <class T>
  T& at(size_t index) const {
    static_assert(detail::is_module<T>, "Can only call Sequential::at with an nn::Module type");
    return checked(index).get<T>();
  }
  std::shared_ptr<Module> ptr(size_t index) const { return checked(index).ptr(); }
  template <class T>
  std::shared_ptr<T> ptr(size_t index) const {
    static_assert(detail::is_module<T>, "Can only call Sequential::ptr with an nn::Module type");
    return checked(index).ptr<T>();
  }
  std::shared_ptr<Module> operator[](size_t index) const { return ptr(index); }
  size_t size() const noexcept { return modules_.size(); }
  bool is_empty() const noexcept { return modules_.empty(); }

 private:
  template <class... Inputs>
  AnyValue run(std::vector<AnyModule>& modules, Inputs&&... inputs) {
    check_not_empty();
    AnyValue value = modules[0].any_forward(std::forward<Inputs>(inputs)...);
    for (size_t i = 1; i < modules.size(); ++i) value = modules[i].any_forward(std::move(value));
    return value;
  }
  Tensor forward_tensor(const Tensor& input);
  void check_not_empty() const;
  const AnyModule& checked(size_t index) const;
  std::string next_name() const { return std::to_string(modules_.size()); }

  std::vector<AnyModule> modules_;
  bool all_map_tensors_ = true;  // the usual case, which needs no boxing of values
};

class Sequential : public ModuleHolder<SequentialImpl> {
 public:
  using ModuleHolder<SequentialImpl>::ModuleHolder;
  Sequential() = default;
  Sequential(std::initializer_list<NamedAnyModule> modules)
      : ModuleHolder(std::make_shared<SequentialImpl>(modules)) {}
};

}  // namespace gradtape::nn
