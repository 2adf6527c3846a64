#pragma once

#include <string>
#include <vector>

#include "gradtape/nn/cloneable.h"

namespace gradtape::nn {

/// Parameters by name, in the order of insertion.
class ParameterDictImpl : public Cloneable<ParameterDictImpl> {
 public:
  using Iterator = OrderedDict<std::string, Tensor>::Iterator;
  using ConstIterator = OrderedDict<std::string, Tensor>::ConstIterator;

  ParameterDictImpl() = default;
  explicit ParameterDictImpl(const OrderedDict<std::string, Tensor>& parameters) {
    parameters_ = parameters;
  }

  void reset() override {}
  void pretty_print(std::ostream& stream) const override;

  /// Throws: Error if the key is there already.
  Tensor& insert(std::string key, Tensor parameter) {
    const bool requires_grad = parameter.requires_grad();
    return register_parameter(std::move(key), std::move(parameter), requires_grad);
  }
  /// Takes a parameter out. Throws: Error if the key is unknown.
  Tensor pop(const std::string& key);
  /// Replaces parameters. Throws: Error, before anything has changed, if a key is unknown.
  template <class Container>
  void update(const Container& container) {
    for (const auto& item : container) get(item.key());
    for (const auto& item : container) get(item.key()) = item.value();
  }
  std::vector<std::string> keys() const { return parameters_.keys(); }
  std::vector<Tensor> values() const { return parameters_.values(); }
  Iterator begin() { return parameters_.begin(); }
  ConstIterator begin() const { return parameters_.begin(); }
  Iterator end() { return parameters_.end(); }
  ConstIterator end() const { return parameters_.end(); }
  size_t size() const noexcept { return parameters_.size(); }
  bool empty() const noexcept { return parameters_.is_empty(); }
  void clear() { parameters_.clear(); }
  bool contains(const std::string& key) const noexcept { return parameters_.contains(key); }
  // Throws: Error if the key is unknown.
  Tensor& get(const std::string& key) { return parameters_[key]; }
  const Tensor& get(const std::string& key) const { return parameters_[key]; }
  Tensor& operator[](const std::string& key) { return parameters_[key]; }
  const Tensor& operator[](const std::string& key) const { return parameters_[key]; }
};
GRADTAPE_MODULE(ParameterDict);

}  // namespace gradtape::nn
