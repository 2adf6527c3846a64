#pragma once

#include <algorithm>
#include <bit>
#include <utility>
#include <vector>

#include "gradtape/autograd/node.h"

namespace gradtape::autograd {

// The records that wait for backward, each with the sum of the gradients that have reached its
// outputs. The newest is taken first, so it has received all it will ever receive.
//
// Few wait at a time, whatever the length of the tape: a binary heap gives the newest, a small
// open-addressing table finds the one a gradient goes to.
class Pending {
 public:
  struct Task {
    IntrusivePtr<Node> node;
    Tensor grad;               // of output 0
    std::vector<Tensor> more;  // of outputs 1, 2, ...

    Tensor& output(uint32_t nr) { return nr == 0 ? grad : more[nr - 1]; }
  };

  bool empty() const { return heap_.empty(); }

  // The task of node, made if it does not wait yet. Valid until the next call.
  Task& find(const IntrusivePtr<Node>& node) {
    if ((heap_.size() + 1) * 2 > table_.size()) grow();
    size_t at = home(node.get());
    while (table_[at] != kFree && tasks_[table_[at]].node.get() != node.get()) at = next(at);
    if (table_[at] == kFree) {
      table_[at] = take_slot();
      Task& task = tasks_[table_[at]];
      task.node = node;
      if (node->num_outputs() > 1) task.more.resize(node->num_outputs() - 1);
      heap_.push_back({node->sequence(), arrivals_++, table_[at]});
      std::push_heap(heap_.begin(), heap_.end());
    }
    return tasks_[table_[at]];
  }

  Task take_newest() {
    std::pop_heap(heap_.begin(), heap_.end());
    const uint32_t slot = heap_.back().slot;
    heap_.pop_back();
    forget(slot);
    free_.push_back(slot);
    return std::exchange(tasks_[slot], {});
  }

 private:
  static constexpr uint32_t kFree = ~0u;

  struct Entry {
    uint64_t sequence;
    uint64_t arrival;  // of two records of one number the first to be reached goes first
    uint32_t slot;
    bool operator<(const Entry& other) const {
      return sequence != other.sequence ? sequence < other.sequence : arrival > other.arrival;
    }
  };

  size_t home(const Node* node) const {
    const auto bits = reinterpret_cast<uintptr_t>(node) >> 6;
    return (bits * 0x9E3779B97F4A7C15u) >> (64 - std::bit_width(table_.size() - 1));
  }
  size_t next(size_t at) const { return (at + 1) & (table_.size() - 1); }

  uint32_t take_slot() {
    if (free_.empty()) {
      tasks_.emplace_back();
      return static_cast<uint32_t>(tasks_.size() - 1);
    }
    const uint32_t slot = free_.back();
    free_.pop_back();
    return slot;
  }

  // Linear probing without tombstones: what stood behind the freed place moves up.
  void forget(uint32_t slot) {
    size_t hole = home(tasks_[slot].node.get());
    while (table_[hole] != slot) hole = next(hole);
    for (size_t at = next(hole); table_[at] != kFree; at = next(at)) {
      const size_t wanted = home(tasks_[table_[at]].node.get());
      const size_t mask = table_.size() - 1;
      if (((at - wanted) & mask) >= ((at - hole) & mask)) {
        table_[hole] = table_[at];
        hole = at;
      }
    }
    table_[hole] = kFree;
  }

  void grow() {
    table_.assign(std::max<size_t>(16, table_.size() * 2), kFree);
    for (const Entry& entry : heap_) {
      size_t at = home(tasks_[entry.slot].node.get());
      while (table_[at] != kFree) at = next(at);
      table_[at] = entry.slot;
    }
  }

  std::vector<Entry> heap_;
  std::vector<Task> tasks_;
  std::vector<uint32_t> free_;
  std::vector<uint32_t> table_;
  uint64_t arrivals_ = 0;
};

}  // namespace gradtape::autograd
