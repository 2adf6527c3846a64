#include <algorithm>

#include "gradtape/nn/modules/container/functional.h"
#include "gradtape/nn/modules/container/moduledict.h"
#include "gradtape/nn/modules/container/modulelist.h"
#include "gradtape/nn/modules/container/parameterdict.h"
#include "gradtape/nn/modules/container/parameterlist.h"
#include "gradtape/nn/modules/container/sequential.h"

namespace gradtape::nn {

// -- Sequential

SequentialImpl::SequentialImpl(OrderedDict<std::string, AnyModule>&& modules) {
  for (auto& item : modules) push_back(item.key(), std::move(item.value()));
}

SequentialImpl::SequentialImpl(std::initializer_list<NamedAnyModule> modules) {
  for (const NamedAnyModule& item : modules) push_back(item.name(), item.module());
}

void SequentialImpl::push_back(std::string name, AnyModule module) {
  register_module(std::move(name), module.ptr());
  all_map_tensors_ = all_map_tensors_ && module.maps_tensor();
  modules_.push_back(std::move(module));
}

std::shared_ptr<Module> SequentialImpl::clone(const std::optional<Device>& device) const {
  // Under the names that the modules have here; libtorch's C++ frontend numbers them anew.
  detail::Cloning cloning(*this);
  auto result = std::make_shared<SequentialImpl>();
  result->train(is_training());
  for (size_t i = 0; i < modules_.size(); ++i) {
    const auto& child = children_[i];
    result->push_back(child.key(), modules_[i].holding(cloning.clone(child.value(), device)));
  }
  return result;
}

void SequentialImpl::pretty_print(std::ostream& stream) const { stream << "torch::nn::Sequential"; }

Tensor SequentialImpl::forward_tensor(const Tensor& input) {
  check_not_empty();
  Tensor value = modules_[0].forward_tensor(input);
  for (size_t i = 1; i < modules_.size(); ++i) value = modules_[i].forward_tensor(value);
  return value;
}

void SequentialImpl::check_not_empty() const {
  GRADTAPE_CHECK(!is_empty(), "Cannot call forward() on an empty Sequential");
}

const AnyModule& SequentialImpl::checked(size_t index) const {
  GRADTAPE_CHECK(index < size(), "Index out of range");
  return modules_[index];
}

// -- ModuleList

void ModuleListImpl::push_back(std::shared_ptr<Module> module) {
  register_module(std::to_string(size()), module);
  modules_.push_back(std::move(module));
}

void ModuleListImpl::insert(size_t index, std::shared_ptr<Module> module) {
  GRADTAPE_CHECK(index <= size(), "Index out of range");
  // Registered last, where it is checked; then all behind move up by one.
  push_back(std::move(module));
  std::rotate(modules_.begin() + static_cast<std::ptrdiff_t>(index), modules_.end() - 1,
              modules_.end());
  for (size_t i = index; i < size(); ++i) replace_module(std::to_string(i), modules_[i]);
}

std::shared_ptr<Module> ModuleListImpl::clone(const std::optional<Device>& device) const {
  detail::Cloning cloning(*this);
  auto result = std::make_shared<ModuleListImpl>();
  result->train(is_training());
  for (const auto& module : modules_) result->push_back(cloning.clone(module, device));
  return result;
}

void ModuleListImpl::pretty_print(std::ostream& stream) const { stream << "torch::nn::ModuleList"; }

std::shared_ptr<Module> ModuleListImpl::ptr(size_t index) const {
  GRADTAPE_CHECK(index < size(), "Index out of range");
  return modules_[index];
}

// -- ModuleDict

void ModuleDictImpl::insert(const std::string& key, std::shared_ptr<Module> module) {
  if (contains(key)) {
    replace_module(key, module);
    modules_[key] = std::move(module);
  } else {
    register_module(key, module);
    modules_.insert(key, std::move(module));
  }
}

void ModuleDictImpl::clear() {
  for (const std::string& key : modules_.keys()) unregister_module(key);
  modules_.clear();
}

std::shared_ptr<Module> ModuleDictImpl::pop(const std::string& key) {
  std::shared_ptr<Module> module = modules_[key];
  modules_.erase(key);
  unregister_module(key);
  return module;
}

std::shared_ptr<Module> ModuleDictImpl::clone(const std::optional<Device>& device) const {
  detail::Cloning cloning(*this);
  auto result = std::make_shared<ModuleDictImpl>();
  result->train(is_training());
  for (const auto& item : modules_) result->insert(item.key(), cloning.clone(item.value(), device));
  return result;
}

void ModuleDictImpl::pretty_print(std::ostream& stream) const { stream << "torch::nn::ModuleDict"; }

// -- ParameterList, ParameterDict

namespace {
void print_parameters(std::ostream& stream, const char* kind,
                      const OrderedDict<std::string, Tensor>& parameters) {
  stream << "torch::nn::" << kind << "(\n";
  for (const auto& item : parameters) {
    stream << '(' << item.key() << "): Parameter containing: [" << item->scalar_type()
           << " of size " << item->sizes() << "]\n";
  }
  stream << ')';
}
}  // namespace

void ParameterListImpl::pretty_print(std::ostream& stream) const {
  print_parameters(stream, "ParameterList", parameters_);
}

Tensor ParameterDictImpl::pop(const std::string& key) {
  Tensor parameter = parameters_[key];
  parameters_.erase(key);
  return parameter;
}

void ParameterDictImpl::pretty_print(std::ostream& stream) const {
  print_parameters(stream, "ParameterDict", parameters_);
}

// -- Functional

void FunctionalImpl::pretty_print(std::ostream& stream) const {
  stream << "torch::nn::Functional()";
}

}  // namespace gradtape::nn
