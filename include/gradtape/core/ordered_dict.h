#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gradtape/core/error.h"

namespace gradtape {

/// A map that keeps the order of insertion; libtorch's, with the same errors.
template <class Key, class Value>
class OrderedDict {
 public:
  class Item {
   public:
    Item(Key key, Value value) : pair_(std::move(key), std::move(value)) {}
    Value& operator*() { return value(); }
    const Value& operator*() const { return value(); }
    Value* operator->() { return &value(); }
    const Value* operator->() const { return &value(); }
    const Key& key() const noexcept { return pair_.first; }
    Value& value() noexcept { return pair_.second; }
    const Value& value() const noexcept { return pair_.second; }
    const std::pair<Key, Value>& pair() const noexcept { return pair_; }

   private:
    std::pair<Key, Value> pair_;
  };
  using Iterator = typename std::vector<Item>::iterator;
  using ConstIterator = typename std::vector<Item>::const_iterator;

  /// key_description names a key in errors: "Parameter 'weight' already defined".
  explicit OrderedDict(std::string key_description = "Key")
      : key_description_(std::move(key_description)) {}
  /// Throws: Error if a key comes twice.
  OrderedDict(std::initializer_list<Item> items) {
    for (const Item& item : items) insert(item.key(), item.value());
  }

  const std::string& key_description() const noexcept { return key_description_; }
  size_t size() const noexcept { return items_.size(); }
  bool is_empty() const noexcept { return items_.empty(); }

  /// Throws: Error if there is no item.
  Item& front() { return items_[checked(0, "front")]; }
  const Item& front() const { return items_[checked(0, "front")]; }
  Item& back() { return items_[checked(items_.size() - 1, "back")]; }
  const Item& back() const { return items_[checked(items_.size() - 1, "back")]; }

  /// Throws: Error if the position is past the end, or the key unknown.
  Item& operator[](size_t index) { return items_[checked(index)]; }
  const Item& operator[](size_t index) const { return items_[checked(index)]; }
  Value& operator[](const Key& key) { return items_[position(key)].value(); }
  const Value& operator[](const Key& key) const { return items_[position(key)].value(); }

  /// Null if the key is unknown.
  Value* find(const Key& key) noexcept {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &items_[found->second].value();
  }
  const Value* find(const Key& key) const noexcept {
    return const_cast<OrderedDict*>(this)->find(key);
  }
  bool contains(const Key& key) const noexcept { return find(key) != nullptr; }

  Iterator begin() { return items_.begin(); }
  ConstIterator begin() const { return items_.begin(); }
  Iterator end() { return items_.end(); }
  ConstIterator end() const { return items_.end(); }

  void reserve(size_t capacity) {
    index_.reserve(capacity);
    items_.reserve(capacity);
  }
  /// Throws: Error if the key is there already.
  Value& insert(Key key, Value value) {
    const bool inserted = index_.emplace(key, items_.size()).second;
    GRADTAPE_CHECK(inserted, key_description_, " '", key, "' already defined");
    items_.emplace_back(std::move(key), std::move(value));
    return items_.back().value();
  }
  /// Appends all of other. Throws: Error if a key is there already.
  void update(const OrderedDict& other) {
    reserve(size() + other.size());
    for (const Item& item : other) insert(item.key(), item.value());
  }
  /// Throws: Error if the key is unknown.
  void erase(const Key& key) {
    const auto found = index_.find(key);
    GRADTAPE_CHECK(found != index_.end(), "Key '", key, "' doesn't exist");
    const size_t erased = found->second;
    index_.erase(found);
    items_.erase(items_.begin() + static_cast<std::ptrdiff_t>(erased));
    for (auto& entry : index_) entry.second -= entry.second > erased;
  }
  void clear() {
    index_.clear();
    items_.clear();
  }

  const std::vector<Item>& items() const noexcept { return items_; }
  std::vector<Key> keys() const {
    return collect<Key>([](const Item& item) { return item.key(); });
  }
  std::vector<Value> values() const {
    return collect<Value>([](const Item& item) { return item.value(); });
  }
  std::vector<std::pair<Key, Value>> pairs() const {
    return collect<std::pair<Key, Value>>([](const Item& item) { return item.pair(); });
  }

  friend bool operator==(const OrderedDict& a, const OrderedDict& b) {
    return a.pairs() == b.pairs();
  }

 private:
  size_t checked(size_t index) const {
    GRADTAPE_CHECK(index < items_.size(), "Index ", index, " is out of bounds");
    return index;
  }
  size_t checked(size_t index, const char* method) const {
    GRADTAPE_CHECK(!items_.empty(), "Called ", method, "() on an empty OrderedDict");
    return index;
  }
  size_t position(const Key& key) const {
    const auto found = index_.find(key);
    GRADTAPE_CHECK(found != index_.end(), key_description_, " '", key, "' is not defined");
    return found->second;
  }
  template <class T, class F>
  std::vector<T> collect(const F& part) const {
    std::vector<T> result;
    result.reserve(size());
    for (const Item& item : items_) result.push_back(part(item));
    return result;
  }

  std::unordered_map<Key, size_t> index_;
  std::vector<Item> items_;
  std::string key_description_ = "Key";
};

}  // namespace gradtape
