#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "gradtape/ops/tensor.h"

namespace gradtape::autograd {

class Node;

/// Where the gradient of one input goes: to output output_nr of the record that made it.
struct Edge {
  IntrusivePtr<Node> node;  // null if that input needs no gradient
  uint32_t output_nr = 0;
  ScalarType dtype = kFloat32;
  DimVector sizes;  // of the input: a gradient of a broadcast input is summed back to these
};

/// One record of the tape: what an op was applied to, and how its gradient is found.
///
/// The sequence number is one above the largest of the inputs' records, so that replaying from the
/// largest number to the smallest meets every record after all that used it. Leaves have number 0.
class Node : public RefCounted, public Pooled<Node> {
 public:
  virtual ~Node();
  /// Frees the record and, without recursion, every record that only it kept alive.
  static void destroy(Node* node) noexcept;

  /// PyTorch's name of the record, such as "MulBackward0".
  virtual std::string name() const = 0;

  /// The gradients of the inputs, from the gradients of the outputs (undefined ones are zero). Only
  /// inputs that need one are set; an undefined result is zero.
  virtual void backward(std::span<Tensor> output_grads, std::span<Tensor> input_grads) = 0;

  /// Drops the saved tensors; backward may not be called afterwards.
  virtual void release_saved() {}

  /// A leaf's record: it has no inputs and keeps the gradient.
  virtual bool is_leaf() const { return false; }

  /// Whether backward has to be called though every output gradient is undefined.
  virtual bool wants_undefined() const { return false; }

  uint64_t sequence() const { return sequence_; }
  uint32_t num_outputs() const { return num_outputs_; }
  std::span<Edge> edges() { return {edges_, num_edges_}; }
  const Edge& next_edge(size_t i) const { return edges_[i]; }
  size_t num_inputs() const { return num_edges_; }
  bool needs_input_grad(size_t i) const { return edges_[i].node != nullptr; }

  using Hook = std::function<Tensor(const Tensor&)>;
  /// A tensor's hooks in the order they were registered; keeping its gradient is one of them.
  struct HookList : RefCounted {
    struct Entry {
      Hook hook;             // empty once removed
      bool retains = false;  // instead: adds the gradient to the tensor's slot
    };
    std::vector<Entry> entries;
    static void destroy(HookList* list) noexcept { delete list; }
  };
  /// Where a gradient is kept, apart from tensor and record so that neither owns the other.
  struct GradSlot : RefCounted {
    Tensor grad;
    /// zero_grad has been called and nobody has looked since: grad is to be read as zeros. The next
    /// backward writes over it, which saves filling it and adding to it.
    std::atomic<bool> zero{false};
    std::mutex mutex;  // threads that train one model accumulate into the same leaf
    /// The hooks of the tensor as it is now, null if it has had none. A leaf's record runs them
    /// from here; any other record has them among its extras, where they stay when the tensor goes
    /// on.
    IntrusivePtr<HookList> hooks;
    /// The record of a leaf that needs no gradient for now; taken apart with the tensor.
    IntrusivePtr<Node> parked;

    /// grad as it is to be read.
    Tensor& read();
    static void destroy(GradSlot* slot) noexcept { delete slot; }
  };
  struct OutputHooks {
    uint32_t output_nr;
    IntrusivePtr<HookList> list;
    IntrusivePtr<GradSlot> slot;
  };
  struct Extras {
    std::vector<OutputHooks> hooks;
  };
  /// The hooks on a record's outputs; few have any.
  Extras& extras() {
    if (!extras_) extras_ = std::make_unique<Extras>();
    return *extras_;
  }
  bool has_extras() const { return extras_ != nullptr; }

 protected:
  Node() = default;
  /// To be called once by the constructor of a derived class, with its edges in place.
  void set_edges(Edge* edges, size_t count) {
    edges_ = edges;
    num_edges_ = static_cast<uint32_t>(count);
    for (const Edge& edge : this->edges()) {
      if (edge.node && edge.node->sequence_ >= sequence_) sequence_ = edge.node->sequence_ + 1;
    }
  }
  uint32_t num_outputs_ = 1;

 private:
  uint32_t num_edges_ = 0;
  Edge* edges_ = nullptr;
  union {
    uint64_t sequence_ = 0;
    Node* next_to_destroy_;  // once nothing refers to this record
  };
  std::unique_ptr<Extras> extras_;
};

}  // namespace gradtape::autograd
