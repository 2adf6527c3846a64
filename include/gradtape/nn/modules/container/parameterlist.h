#pragma once

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "gradtape/nn/cloneable.h"

namespace gradtape::nn {

/// Parameters in a list, named "0", "1", ...
class ParameterListImpl : public Cloneable<ParameterListImpl> {
 public:
  using Iterator = OrderedDict<std::string, Tensor>::Iterator;
  using ConstIterator = OrderedDict<std::string, Tensor>::ConstIterator;

  ParameterListImpl() = default;
  template <class... Tensors>
  requires(std::is_convertible_v<Tensors, Tensor>&&...) explicit ParameterListImpl(
      Tensors&&... parameters) {
    (append(parameters), ...);
  }

  void reset() override {}
  void pretty_print(std::ostream& stream) const override;

  void append(const Tensor& parameter) {
    register_parameter(std::to_string(size()), parameter, parameter.requires_grad());
  }
  void append(const OrderedDict<std::string, Tensor>::Item& item) { append(item.value()); }
  template <class Container>
  void extend(const Container& container) {
    for (const auto& parameter : container) append(parameter);
  }
  template <class Container>
  ParameterListImpl& operator+=(const Container& container) {
    extend(container);
    return *this;
  }

  Iterator begin() { return parameters_.begin(); }
  ConstIterator begin() const { return parameters_.begin(); }
  Iterator end() { return parameters_.end(); }
  ConstIterator end() const { return parameters_.end(); }
  /// Throws: Error if the index is past the end.
  Tensor& at(size_t index) {
    GRADTAPE_CHECK(index < size(), "Index out of range");
    return parameters_[index].value();
  }
  const Tensor& at(size_t index) const { return const_cast<ParameterListImpl*>(this)->at(index); }
  Tensor& operator[](size_t index) { return at(index); }
  const Tensor& operator[](size_t index) const { return at(index); }
  size_t size() const noexcept { return parameters_.size(); }
  bool is_empty() const noexcept { return parameters_.is_empty(); }
};
GRADTAPE_MODULE(ParameterList);

}  // namespace gradtape::nn
