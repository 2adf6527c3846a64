#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <functional>
#include <initializer_list>
#include <optional>
#include <vector>

#include "autograd/inplace.h"
#include "autograd/saved_tensor.h"
#include "kernels/base/overlap.h"

#include "gradtape/autograd/grad_mode.h"

// How an op joins the tape. An op is a struct that holds its options and has
//
//   static constexpr const char* name   PyTorch's name of its record, "MulBackward0"
//   static constexpr Reads reads[]      per input: what the gradient of that input reads, of
//                                       inputs and results, whether or not they carry a gradient
//   Tensor forward(inputs...)           the value; with a last argument `out` if it may be in place
//
// and one of
//
//   Tensor vjp(grad, saved)             the gradient of its only input
//   Tensor vjp(i, grad, saved)          the gradient of input i, asked for only where needed
//   void vjp(grads, saved, into)        all that saved.needs(i), where they share work
//
// An op that may be in place and whose inputs may overlap what it writes otherwise than element for
// element says so by `static constexpr Writes writes = ...` (kernels/base/overlap.h).
//
// Options are numbers. A tensor that the gradient reads is an input or a result, also an index or a
// mask: only so is a write to it noticed. An op with more results than one has no forward and is
// recorded by record_many; one that reads any number of index tensors has a member
//
//   SavedList list                      checked and dropped as what `reads` names
//
// apply(op, inputs...) gives the value and records. Broadcasting, accumulation, dtypes, versions
// and saving are done here and in the engine; a vjp is written in ops, so that it has a gradient
// too.
namespace gradtape::autograd {

using kernels::Writes;
using Reads = uint32_t;
inline constexpr Reads kNothing = 0;
inline constexpr Reads kInput0 = 1, kInput1 = 2, kInput2 = 4, kInput3 = 8, kInput4 = 16;
inline constexpr Reads kOutput = 1u << 16;  // output i is kOutput << i

class OpNodeBase;

// Throws: Error, in PyTorch's words, if released: what node saved was freed by an earlier backward.
void check_not_released(bool released, const Node& node);

// What a vjp may read.
class Saved {
 public:
  explicit Saved(OpNodeBase& record) : record_(record) {}
  // Throws: Error if it was written in place since the op was applied.
  Tensor input(int i) const;
  Tensor output(int i = 0) const;
  IntArrayRef sizes(int i) const;
  ScalarType dtype(int i) const;
  bool needs(int i) const;

 private:
  OpNodeBase& record_;
};

// The part of an op's record that does not depend on the op.
class OpNodeBase : public Node {
 public:
  // What backward reads as the op's output when it runs inside a write through a view: the record
  // that stands for the view then.
  void set_output_node(IntrusivePtr<Node> node) { output_node_ = std::move(node); }

 protected:
  friend class Saved;
  const SavedTensor& slot(Reads what) const {
    return saved_[std::popcount(saved_mask_ & (what - 1))];
  }
  SavedTensor* saved_ = nullptr;
  Reads saved_mask_ = 0;
  bool released_ = false;
  IntrusivePtr<Node> output_node_;
};

template <class Op>
constexpr Reads all_reads() {
  Reads mask = 0;
  for (const Reads reads : Op::reads) mask |= reads;
  return mask;
}

// The record of an op with a fixed number of inputs.
template <class Op, size_t N>
class OpNode final : public OpNodeBase {
  static constexpr size_t kMaxSaved = std::popcount(all_reads<Op>());
  static constexpr bool kHasList = requires(Op & op) { op.list.check(std::declval<Node&>()); };

 public:
  // Of tensors; or of edges, where there is no tensor.
  template <class... Inputs>
  explicit OpNode(Op op, const Inputs&... inputs)
      : op_(std::move(op)), edges_{gradient_edge(inputs)...} {
    set_edges(edges_.data(), N);
    saved_ = slots_.data();
    for (size_t i = 0; i < N; ++i) {
      if (edges_[i].node) saved_mask_ |= Op::reads[i];
    }
  }

  std::string name() const override { return Op::name; }

  bool saves(Reads what) const { return (saved_mask_ & what) != 0; }
  void save(Reads what, const TensorBase& tensor) {
    if constexpr (kMaxSaved > 0) {
      if (!saves(what)) return;
      slots_[std::popcount(saved_mask_ & (what - 1))] =
          what < kOutput ? SavedTensor::of_input(tensor) : SavedTensor(tensor);
    }
  }
  void set_num_outputs(size_t count) { num_outputs_ = static_cast<uint32_t>(count); }

  void backward(std::span<Tensor> grads, std::span<Tensor> into) override {
    check_not_released(released_, *this);
    if constexpr (kHasList) op_->list.check(*this);
    const Saved saved(*this);
    if constexpr (requires { op_->vjp(grads, saved, into); }) {
      op_->vjp(grads, saved, into);
    } else if constexpr (requires { op_->vjp(0, grads[0], saved); }) {
      for (size_t i = 0; i < N; ++i) {
        if (edges_[i].node) into[i] = op_->vjp(static_cast<int>(i), grads[0], saved);
      }
    } else {
      into[0] = op_->vjp(grads[0], saved);
    }
  }

  // A record that holds nothing may be replayed again, as PyTorch allows it.
  void release_saved() override {
    if (saved_mask_ == 0 && !kHasList) return;
    for (SavedTensor& saved : slots_) saved.reset();
    op_.reset();
    released_ = true;
  }

 private:
  std::optional<Op> op_;
  std::array<Edge, N> edges_;
  [[no_unique_address]] std::array<SavedTensor, kMaxSaved> slots_;
};

inline bool any_requires_grad(std::same_as<Tensor> auto const&... inputs) {
  return ((inputs.defined() && requires_grad(inputs)) || ...);
}

// A record over these inputs, with what it reads of them saved.
template <class Op, std::same_as<Tensor>... Inputs>
IntrusivePtr<OpNode<Op, sizeof...(Inputs)>> make_node(Op op, const Inputs&... inputs) {
  constexpr size_t N = sizeof...(Inputs);
  IntrusivePtr record(new OpNode<Op, N>(std::move(op), inputs...));
  size_t i = 0;
  (record->save(kInput0 << i++, inputs), ...);
  return record;
}

// Records that op made result from the inputs, if any of them needs a gradient. For ops whose value
// is not made by a forward; the others keep to apply.
template <class Op, std::same_as<Tensor>... Inputs>
Tensor record(Op op, Tensor result, const Inputs&... inputs) {
  if (GradMode::is_enabled() && any_requires_grad(inputs...)) {
    auto node = make_node(std::move(op), inputs...);
    node->save(kOutput, result);
    set_history(result, std::move(node));
  }
  return result;
}

// Handles that are not copied.
using Results = std::initializer_list<std::reference_wrapper<const TensorBase>>;

template <class Op>
constexpr uint32_t num_differentiable() {
  if constexpr (requires { Op::num_differentiable; }) {
    return Op::num_differentiable;
  } else {
    return 1;
  }
}

// Records that op made these results from the inputs, if any of them needs a gradient. The first
// Op::num_differentiable results, 1 if it does not say, carry a gradient. The others are there to
// be read by it: places, statistics, whatever the forward has left; users may see them or not.
template <class Op, std::same_as<Tensor>... Inputs>
void record_many(Op op, Results results, const Inputs&... inputs) {
  if (!GradMode::is_enabled() || !any_requires_grad(inputs...)) return;
  const auto node = make_node(std::move(op), inputs...);
  node->set_num_outputs(num_differentiable<Op>());
  uint32_t i = 0;
  for (const TensorBase& result : results) {
    node->save(kOutput << i, result);
    if (i < node->num_outputs()) set_history(result, node, i);
    ++i;
  }
}

// The value of an op, recorded.
template <class Op, std::same_as<Tensor>... Inputs>
Tensor apply(Op op, const Inputs&... inputs) {
  Tensor result = op.forward(inputs...);
  return record(std::move(op), std::move(result), inputs...);
}

template <class Op>
constexpr Writes how_it_writes() {
  if constexpr (requires { Op::writes; }) {
    return Op::writes;
  } else {
    return Writes::InStep;
  }
}

// The op's value written into self, its first input. A tensor is a handle: as in libtorch, a const
// one does not promise that its elements stay.
template <class Op, std::same_as<Tensor>... Rest>
Tensor& apply_inplace(Op op, const Tensor& self, const Rest&... rest) {
  const bool records = GradMode::is_enabled() && any_requires_grad(self, rest...);
  if (records) check_inplace(self);
  kernels::check_write<how_it_writes<Op>()>(self, rest...);
  if (!records) {
    op.forward(self, rest..., self);
    self.storage()->bump_version();
    return const_cast<Tensor&>(self);
  }
  IntrusivePtr node(new OpNode<Op, 1 + sizeof...(Rest)>(op, self, rest...));
  // The value that is about to be written over is needed as it was.
  if (node->saves(kInput0)) node->save(kInput0, copy_of(self));
  size_t i = 1;
  (node->save(kInput0 << i++, rest), ...);
  op.forward(self, rest..., self);
  self.storage()->bump_version();
  node->save(kOutput, self);
  rebase_history(self, std::move(node));
  return const_cast<Tensor&>(self);
}

// A view of input made by op, which has vjp only: the window is given.
template <class Op>
Tensor apply_view(Op op, const Tensor& input, DimVector sizes, DimVector strides, int64_t offset) {
  Tensor result = make_view(input, std::move(sizes), std::move(strides), offset);
  if (GradMode::is_enabled() && requires_grad(input)) {
    set_history(result, make_node(std::move(op), input));
  }
  return result;
}

}  // namespace gradtape::autograd
