#pragma once

#include "autograd/tensor_record.h"

namespace gradtape::autograd {

// A tensor that a gradient will read, with the version it has now. It is kept without its history
// (the edges have that), so that a graph never owns itself.
class SavedTensor {
 public:
  SavedTensor() = default;
  explicit SavedTensor(const Tensor& tensor) {
    if (!tensor.defined()) return;
    tensor_ = without_record(tensor);
    version_ = tensor.storage()->version();
  }

  // The tensor, as output_nr of node where a graph of the gradient is being recorded.
  //
  // Throws: Error naming reader and producer if the tensor was written since.
  Tensor unpack(const Node& reader, const IntrusivePtr<Node>& producer, uint32_t output_nr) const;
  bool defined() const { return tensor_.defined(); }
  void reset() { tensor_.reset(); }

 private:
  Tensor tensor_;
  uint32_t version_ = 0;
};

}  // namespace gradtape::autograd
