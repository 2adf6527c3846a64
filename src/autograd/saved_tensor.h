#pragma once

#include <memory>
#include <vector>

#include "autograd/autograd_meta.h"

namespace gradtape::autograd {

// A tensor that a gradient will read, with the version it has now. It is kept without its history
// (the edges have that), so that a graph never owns itself.
class SavedTensor {
 public:
  SavedTensor() = default;
  explicit SavedTensor(const TensorBase& tensor) {
    if (tensor.defined()) keep(tensor.storage(), detached(tensor));
  }
  // As one whose sizes and dtype the reader knows: most need no more than their storage then.
  static SavedTensor of_input(const TensorBase& tensor) {
    SavedTensor saved;
    if (!tensor.defined()) return saved;
    const TensorImpl& impl = tensor.impl();
    const bool plain = impl.is_contiguous() && impl.offset() == 0 && !impl.is_wrapped_number();
    saved.keep(impl.storage(), plain ? Tensor() : detached(tensor));
    return saved;
  }

  // The tensor, as the output of the edge's record where a graph of the gradient is being recorded.
  //
  // Throws: Error naming reader and producer if the tensor was written since.
  Tensor unpack(const Node& reader, const Edge& edge) const;
  bool defined() const { return storage_ != nullptr; }
  void reset() {
    storage_.reset();
    window_.reset();
  }

 private:
  void keep(const IntrusivePtr<Storage>& storage, Tensor window) {
    storage_ = storage;
    window_ = std::move(window);
    version_ = storage->version();
  }

  IntrusivePtr<Storage> storage_;
  Tensor window_;  // undefined: row-major from the storage's start, with the edge's sizes
  uint32_t version_ = 0;
};

// Tensors without history, as many as there are, that a gradient relies on: index tensors, whose
// numbers it keeps in a form of its own. Copies share them.
class SavedList {
 public:
  SavedList() = default;
  explicit SavedList(TensorList tensors);
  // Throws: Error naming reader if one of them was written since.
  void check(const Node& reader) const;

 private:
  std::shared_ptr<const std::vector<SavedTensor>> saved_;
};

}  // namespace gradtape::autograd
