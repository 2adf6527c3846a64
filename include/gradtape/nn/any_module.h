#pragma once

#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

#include "gradtape/nn/module.h"

namespace gradtape::nn {

// What AnyModule knows of the module it holds.
struct AnyModulePlaceholder {
  AnyModulePlaceholder(const std::type_info& type, bool maps_tensor)
      : type_info(type), maps_tensor(maps_tensor) {}
  virtual ~AnyModulePlaceholder() = default;
  virtual AnyValue forward(std::vector<AnyValue>&& arguments) = 0;
  // Only where maps_tensor: forward without the detour over AnyValues.
  virtual Tensor forward_tensor(const Tensor& input) = 0;
  virtual std::shared_ptr<Module> ptr() const = 0;
  // The same for another module of the type.
  virtual std::shared_ptr<AnyModulePlaceholder> holding(std::shared_ptr<Module> other) const = 0;

  const std::type_info& type_info;
  const bool maps_tensor;  // forward takes one Tensor and returns one
};

namespace detail {
[[noreturn]] void fail_argument_type(size_t index, const std::type_info& expected,
                                     const std::type_info& received);
[[noreturn]] void fail_argument_count(const std::type_info& module, size_t expected,
                                      size_t received);
[[noreturn]] void fail_argument_count(const std::type_info& module, size_t least, size_t most,
                                      size_t received);

template <class ReturnType, class... Arguments>
constexpr bool maps_tensor() {
  if constexpr (sizeof...(Arguments) == 1 && std::is_same_v<ReturnType, Tensor>)
    return (std::is_same_v<std::remove_cvref_t<Arguments>, Tensor> && ...);
  else
    return false;
}
}  // namespace detail

template <class ModuleType, class... Arguments>
struct AnyModuleHolder final : AnyModulePlaceholder {
  using ReturnType = decltype(std::declval<ModuleType&>().forward(std::declval<Arguments>()...));
  static constexpr bool kMapsTensor = detail::maps_tensor<ReturnType, Arguments...>();

  explicit AnyModuleHolder(std::shared_ptr<ModuleType> module)
      : AnyModulePlaceholder(typeid(ModuleType), kMapsTensor), module(std::move(module)) {}

  AnyValue forward(std::vector<AnyValue>&& arguments) override {
    constexpr size_t kCount = sizeof...(Arguments);
    Module& base = *module;
    if (base._forward_has_default_args()) {
      const size_t required = base._forward_num_required_args();
      if (arguments.size() < required || arguments.size() > kCount)
        detail::fail_argument_count(type_info, required, kCount, arguments.size());
      arguments = base._forward_populate_default_args(std::move(arguments));
    } else if (arguments.size() != kCount) {
      detail::fail_argument_count(type_info, kCount, arguments.size());
    }
    return call(arguments, std::index_sequence_for<Arguments...>());
  }
  Tensor forward_tensor(const Tensor& input) override {
    if constexpr (kMapsTensor)
      return forward_copy(input);
    else
      return input;
  }
  std::shared_ptr<Module> ptr() const override { return module; }
  std::shared_ptr<AnyModulePlaceholder> holding(std::shared_ptr<Module> other) const override {
    return std::make_shared<AnyModuleHolder>(std::dynamic_pointer_cast<ModuleType>(other));
  }

  std::shared_ptr<ModuleType> module;

 private:
  template <class T>
  static std::remove_reference_t<T>& argument(std::vector<AnyValue>& arguments, size_t index) {
    if (auto* value = arguments[index].try_get<std::decay_t<T>>()) return *value;
    detail::fail_argument_type(index, typeid(T), arguments[index].type_info());
  }
  template <size_t... I>
  AnyValue call(std::vector<AnyValue>& arguments, std::index_sequence<I...>) {
    return AnyValue(
        module->forward(static_cast<Arguments&&>(argument<Arguments>(arguments, I))...));
  }
  // forward may want a Tensor& or Tensor&&: it gets a handle of its own.
  Tensor forward_copy(Tensor input) { return module->forward(static_cast<Arguments&&>(input)...); }
};

/// A module of any type that has a forward which is no template; forward takes what it takes and
/// is checked when it is called.
class AnyModule {
 public:
  AnyModule() = default;
  template <class ModuleType>
  explicit AnyModule(std::shared_ptr<ModuleType> module) {
    static_assert(detail::is_module<ModuleType>,
                  "Can only store object derived from nn::Module into AnyModule");
    static_assert(detail::has_forward<ModuleType>,
                  "Can only store module with a forward() method that has a non-templatized "
                  "argument type and return type into AnyModule (e.g. we cannot store "
                  "nn::Sequential into AnyModule, because its forward() method's argument type "
                  "and return type are templatized)");
    content_ = make_content(std::move(module), &ModuleType::forward);
  }
  template <class ModuleType>
  requires detail::is_module<ModuleType>
  explicit AnyModule(ModuleType&& module)
      : AnyModule(
            std::make_shared<std::remove_cvref_t<ModuleType>>(std::forward<ModuleType>(module))) {}
  template <class ModuleType>
  explicit AnyModule(const ModuleHolder<ModuleType>& holder) : AnyModule(holder.ptr()) {}
  template <class ModuleType>
  AnyModule& operator=(std::shared_ptr<ModuleType> module) {
    return *this = AnyModule(std::move(module));
  }

  /// A holder of a clone; copies of an AnyModule share the module.
  AnyModule clone(std::optional<Device> device = {}) const;

  /// Throws: Error if this is empty, or if arguments differ in number or type from those of the
  /// module's forward.
  template <class... Arguments>
  AnyValue any_forward(Arguments&&... arguments) {
    check("forward");
    std::vector<AnyValue> values;
    values.reserve(sizeof...(Arguments));
    (values.push_back(AnyValue(std::forward<Arguments>(arguments))), ...);
    return content_->forward(std::move(values));
  }
  template <class ReturnType = Tensor, class... Arguments>
  ReturnType forward(Arguments&&... arguments) {
    return any_forward(std::forward<Arguments>(arguments)...).template get<ReturnType>();
  }

  /// The module itself, or for a holder's type a holder of it.
  ///
  /// Throws: Error if this is empty or holds a module of another type.
  template <class T>
  requires detail::is_module<T> T& get() const {
    check("get");
    check_type(typeid(T));
    return *dynamic_cast<T*>(content_->ptr().get());
  }
  template <class T>
  requires detail::is_module_holder<T> T get()
  const { return T(ptr<typename T::ContainedType>()); }
  std::shared_ptr<Module> ptr() const {
    check("ptr");
    return content_->ptr();
  }
  template <class T>
  requires detail::is_module<T> std::shared_ptr<T> ptr()
  const {
    check("ptr");
    check_type(typeid(T));
    return std::dynamic_pointer_cast<T>(content_->ptr());
  }
  const std::type_info& type_info() const {
    check("type_info");
    return content_->type_info;
  }
  bool is_empty() const noexcept { return content_ == nullptr; }

  // For containers: the same for another module of the type.
  AnyModule holding(std::shared_ptr<Module> other) const;
  // And whether forward is Tensor to Tensor, and that forward without boxing.
  bool maps_tensor() const { return content_ && content_->maps_tensor; }
  Tensor forward_tensor(const Tensor& input) { return content_->forward_tensor(input); }

 private:
  template <class ModuleType, class Class, class ReturnType, class... Arguments>
  static std::shared_ptr<AnyModulePlaceholder> make_content(std::shared_ptr<ModuleType> module,
                                                            ReturnType (Class::*)(Arguments...)) {
    static_assert(!std::is_void_v<ReturnType>,
                  "AnyModule cannot store modules that return void (you can return a dummy "
                  "value).");
    return std::make_shared<AnyModuleHolder<ModuleType, Arguments...>>(std::move(module));
  }
  template <class ModuleType, class Class, class ReturnType, class... Arguments>
  static std::shared_ptr<AnyModulePlaceholder> make_content(std::shared_ptr<ModuleType> module,
                                                            ReturnType (Class::*)(Arguments...)
                                                                const) {
    return std::make_shared<AnyModuleHolder<ModuleType, Arguments...>>(std::move(module));
  }
  void check(const char* method) const;
  void check_type(const std::type_info& asked) const;

  // Never changed once made, so copies may share it.
  std::shared_ptr<AnyModulePlaceholder> content_;
};

/// A module with the name that it is to have in a container.
class NamedAnyModule {
 public:
  template <class M>
  NamedAnyModule(std::string name, M&& module)
      : NamedAnyModule(std::move(name), AnyModule(std::forward<M>(module))) {}
  NamedAnyModule(std::string name, AnyModule module)
      : name_(std::move(name)), module_(std::move(module)) {}

  const std::string& name() const noexcept { return name_; }
  AnyModule& module() noexcept { return module_; }
  const AnyModule& module() const noexcept { return module_; }

 private:
  std::string name_;
  AnyModule module_;
};

}  // namespace gradtape::nn

/// In a module whose forward has default arguments: {1, AnyValue(double(2.0))}, ... gives position
/// and value of each, so that an AnyModule or a Sequential may leave them out too.
#define GRADTAPE_FORWARD_HAS_DEFAULT_ARGS(...)                                           \
  template <class ModuleType, class... ArgumentTypes>                                    \
  friend struct ::gradtape::nn::AnyModuleHolder;                                         \
  bool _forward_has_default_args() override { return true; }                             \
  unsigned int _forward_num_required_args() override {                                   \
    std::pair<unsigned int, ::gradtape::nn::AnyValue> defaults[] = {__VA_ARGS__};        \
    return defaults[0].first;                                                            \
  }                                                                                      \
  std::vector<::gradtape::nn::AnyValue> _forward_populate_default_args(                  \
      std::vector<::gradtape::nn::AnyValue>&& arguments) override {                      \
    std::pair<unsigned int, ::gradtape::nn::AnyValue> defaults[] = {__VA_ARGS__};        \
    for (auto& entry : defaults) {                                                       \
      if (entry.first >= arguments.size()) arguments.push_back(std::move(entry.second)); \
    }                                                                                    \
    return std::move(arguments);                                                         \
  }
