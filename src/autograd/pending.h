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
// open-addressing table finds the one a gradient goes to. The newest stands apart: along a chain of
// ops it is the one found and taken next.
class Pending {
 public:
  struct Task {
    IntrusivePtr<Node> node;
    Tensor grad;               // of output 0
    std::vector<Tensor> more;  // of outputs 1, 2, ...

    Tensor& output(uint32_t nr) { return nr == 0 ? grad : more[nr - 1]; }
  };

  bool empty() const { return !newest_.node && heap_.empty(); }

  // The task of node, made if it does not wait yet. Valid until the next call.
  Task& find(const IntrusivePtr<Node>& node) {
    if (newest_.node == node) return newest_;
    if (!is_newest(*node)) {
      const size_t at = place_of(node.get());
      return table_[at] == kFree ? insert(at, make_task(node), arrivals_++) : tasks_[table_[at]];
    }
    if (newest_.node) {
      const size_t at = place_of(newest_.node.get());
      insert(at, std::move(newest_), newest_arrival_);
    }
    newest_arrival_ = arrivals_++;
    return newest_ = make_task(node);
  }

  Task take_newest() {
    if (newest_.node) return std::exchange(newest_, {});
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

  static Task make_task(const IntrusivePtr<Node>& node) {
    Task task{node, {}, {}};
    if (node->num_outputs() > 1) task.more.resize(node->num_outputs() - 1);
    return task;
  }

  // Newer than all that wait, so that it is not among them.
  bool is_newest(const Node& node) const {
    if (newest_.node) return node.sequence() > newest_.node->sequence();
    return heap_.empty() || node.sequence() > heap_.front().sequence;
  }

  // Where in the table it is, or would be.
  size_t place_of(const Node* node) {
    if ((heap_.size() + 1) * 2 > table_.size()) grow();
    size_t at = home(node);
    while (table_[at] != kFree && tasks_[table_[at]].node.get() != node) at = next(at);
    return at;
  }

  Task& insert(size_t at, Task task, uint64_t arrival) {
    const uint32_t slot = table_[at] = take_slot();
    heap_.push_back({task.node->sequence(), arrival, slot});
    std::push_heap(heap_.begin(), heap_.end());
    return tasks_[slot] = std::move(task);
  }

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

  Task newest_;  // without a node: the heap has the newest
  uint64_t newest_arrival_ = 0;
  std::vector<Entry> heap_;
  std::vector<Task> tasks_;
  std::vector<uint32_t> free_;
  std::vector<uint32_t> table_;
  uint64_t arrivals_ = 0;
};

}  // namespace gradtape::autograd
