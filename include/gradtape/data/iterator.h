#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "gradtape/core/error.h"

namespace gradtape::data {

/// Walks once through a loader's batches. Copies share their place; the first batch is loaded when
/// it is first looked for.
template <class Batch>
class Iterator {
 public:
  using difference_type = std::ptrdiff_t;
  using value_type = Batch;
  using pointer = Batch*;
  using reference = Batch&;
  using iterator_category = std::input_iterator_tag;

  /// The end of every loader.
  Iterator() = default;
  explicit Iterator(std::function<std::optional<Batch>()> next)
      : place_(std::make_shared<Place>(std::move(next))) {}

  Iterator& operator++() {
    get("Attempted to increment iterator past the end");
    place_->batch.reset();  // its memory can serve the next one
    place_->batch = place_->next();
    return *this;
  }
  Batch& operator*() const { return get(kDereference); }
  Batch* operator->() const { return &get(kDereference); }

  bool operator==(const Iterator& other) const {
    return place_ == other.place_ || (at_end() && other.at_end());
  }

  /// For the loader: expires when the last copy of this iterator is gone.
  std::weak_ptr<const void> alive() const { return place_; }

 private:
  struct Place {
    explicit Place(std::function<std::optional<Batch>()> next) : next(std::move(next)) {}
    std::function<std::optional<Batch>()> next;
    std::optional<Batch> batch;
    bool started = false;
  };

  static constexpr const char* kDereference =
      "Attempted to dereference iterator that was past the end";

  bool at_end() const {
    if (!place_) return true;
    if (!std::exchange(place_->started, true)) place_->batch = place_->next();
    return !place_->batch;
  }
  Batch& get(const char* what) const {
    GRADTAPE_CHECK(!at_end(), "DataLoader: ", what);
    return *place_->batch;
  }

  std::shared_ptr<Place> place_;
};

}  // namespace gradtape::data
