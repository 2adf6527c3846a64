#pragma once

#include <optional>

#include "gradtape/core/scalar.h"
#include "gradtape/ops/tensor.h"

namespace gradtape::indexing {

struct EllipsisType {};
/// Stands for as many full slices as are missing; so does "...".
inline constexpr EllipsisType Ellipsis{};
/// A new axis of size 1.
inline constexpr std::nullopt_t None = std::nullopt;

/// start:stop:step of one axis; None leaves an end open, negative ends count from the back.
class Slice {
 public:
  Slice(std::optional<int64_t> start = {}, std::optional<int64_t> stop = {},
        std::optional<int64_t> step = {})
      : start_(start), stop_(stop), step_(step.value_or(1)) {
    GRADTAPE_CHECK(step_ > 0, "Slice: step must be positive (", step_, ")");
  }
  std::optional<int64_t> start() const { return start_; }
  std::optional<int64_t> stop() const { return stop_; }
  int64_t step() const { return step_; }

 private:
  std::optional<int64_t> start_, stop_;
  int64_t step_;
};

/// One entry of Tensor::index({...}).
class TensorIndex {
 public:
  enum class Kind : int8_t { None, Ellipsis, Integer, Boolean, Slice, Tensor };

  TensorIndex(std::nullopt_t) : kind_(Kind::None) {}
  TensorIndex(EllipsisType) : kind_(Kind::Ellipsis) {}
  TensorIndex(const char* text) : kind_(Kind::Ellipsis) {
    GRADTAPE_CHECK(std::string(text) == "...", "index: the only text allowed is \"...\"; got \"",
                   text, "\"");
  }
  TensorIndex(Slice slice) : kind_(Kind::Slice), slice_(slice) {}
  TensorIndex(Tensor tensor) : kind_(Kind::Tensor), tensor_(std::move(tensor)) {}
  template <class T, class = std::enable_if_t<std::is_integral_v<T>>>
  TensorIndex(T value)
      : kind_(std::is_same_v<T, bool> ? Kind::Boolean : Kind::Integer),
        integer_(static_cast<int64_t>(value)) {}

  Kind kind() const { return kind_; }
  int64_t integer() const { return integer_; }
  bool boolean() const { return integer_ != 0; }
  const Slice& slice() const { return slice_; }
  const Tensor& tensor() const { return tensor_; }

 private:
  Kind kind_;
  int64_t integer_ = 0;
  Slice slice_;
  Tensor tensor_;
};

}  // namespace gradtape::indexing
