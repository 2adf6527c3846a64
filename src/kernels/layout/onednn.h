#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include <dnnl.hpp>

#include "gradtape/core/dim_vector.h"

// What the files that call oneDNN's primitives share.
namespace gradtape::kernels::onednn {

using Tag = dnnl::memory::format_tag;

inline const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

inline dnnl::stream& stream() {
  thread_local dnnl::stream mine(engine());
  return mine;
}

inline dnnl::memory::desc desc_of(const DimVector& sizes, Tag tag) {
  return {{sizes.begin(), sizes.end()}, dnnl::memory::data_type::f32, tag};
}

// Of an array [n, c, h, w] whose block_of (blocked.h) is block.
inline dnnl::memory::desc desc_in_blocks(const DimVector& sizes, int64_t block) {
  if (block == 0) return desc_of(sizes, Tag::nchw);
  if (block == 16) return desc_of(sizes, Tag::nChw16c);
  return desc_of(sizes, block == sizes[1] ? Tag::nhwc : Tag::nChw8c);
}

// FNV-1a over whole numbers.
class HashOf {
 public:
  HashOf& add(int64_t value) {
    hash_ = (hash_ ^ static_cast<size_t>(value)) * 1099511628211U;
    return *this;
  }
  size_t get() const { return hash_; }

 private:
  size_t hash_ = 14695981039346656037U;
};

// Primitives by shape, for all threads; started again when full, so that a program of ever new
// shapes does not grow. Key has hash().
template <class Key, class Plan>
class PlanCache {
 public:
  template <class Build>
  std::shared_ptr<const Plan> get(const Key& key, const Build& build) {
    {
      const std::scoped_lock lock(mutex_);
      const auto found = plans_.find(key);
      if (found != plans_.end()) return found->second;
    }
    std::shared_ptr<const Plan> plan = build();
    const std::scoped_lock lock(mutex_);
    if (plans_.size() >= kMostPlans) plans_.clear();
    return plans_.emplace(key, std::move(plan)).first->second;
  }

 private:
  static constexpr size_t kMostPlans = 512;
  struct Hash {
    size_t operator()(const Key& key) const { return key.hash(); }
  };
  std::mutex mutex_;
  std::unordered_map<Key, std::shared_ptr<const Plan>, Hash> plans_;
};

}  // namespace gradtape::kernels::onednn
