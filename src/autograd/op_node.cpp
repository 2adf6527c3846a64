#include "autograd/op_node.h"

namespace gradtape::autograd {

Tensor SavedTensor::unpack(const Node& reader, const Edge& edge) const {
  if (!defined()) return {};
  Tensor tensor = window_;
  if (!tensor.defined()) {
    tensor = Tensor(IntrusivePtr(new TensorImpl(storage_, edge.dtype, edge.sizes)));
  }
  const uint32_t version = storage_->version();
  GRADTAPE_CHECK(
      version == version_,
      "one of the variables needed for gradient computation has been modified by an inplace "
      "operation: [",
      tensor.toString(), " ", tensor.sizes(), "]",
      edge.node && !edge.node->is_leaf()
          ? str(", which is output ", edge.output_nr, " of ", edge.node->name(), ",")
          : "",
      " is at version ", version, "; expected version ", version_,
      " instead. It is read by the gradient of ", reader.name(), ".");
  if (!edge.node || !GradMode::is_enabled()) return tensor;
  if (window_.defined()) tensor = detached(window_);
  set_history(tensor, edge.node, edge.output_nr);
  return tensor;
}

SavedList::SavedList(TensorList tensors) {
  std::vector<SavedTensor> saved;
  for (const Tensor& tensor : tensors) {
    if (tensor.defined()) saved.emplace_back(tensor);
  }
  saved_ = std::make_shared<const std::vector<SavedTensor>>(std::move(saved));
}

void SavedList::check(const Node& reader) const {
  if (!saved_) return;
  for (const SavedTensor& tensor : *saved_) tensor.unpack(reader, {});
}

void check_not_released(bool released, const Node& node) {
  GRADTAPE_CHECK(
      !released,
      "Trying to backward through the graph a second time (or directly access saved tensors after "
      "they have already been freed). Saved intermediate values of the graph are freed when you "
      "call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward "
      "through the graph a second time or if you need to access saved tensors after calling "
      "backward. The graph was freed at ",
      node.name(), ".");
}

Tensor Saved::input(int i) const {
  return record_.slot(kInput0 << i).unpack(record_, record_.next_edge(i));
}

Tensor Saved::output(int i) const {
  const IntrusivePtr<Node>& stand_in = record_.output_node_;
  Edge producer;  // of a result that carries no gradient: none
  producer.output_nr = static_cast<uint32_t>(i);
  if (producer.output_nr < record_.num_outputs()) {
    producer.node = stand_in ? stand_in : IntrusivePtr<Node>(&record_);
  }
  return record_.slot(kOutput << i).unpack(record_, producer);
}

IntArrayRef Saved::sizes(int i) const { return record_.next_edge(i).sizes; }
ScalarType Saved::dtype(int i) const { return record_.next_edge(i).dtype; }
bool Saved::needs(int i) const { return record_.needs_input_grad(i); }

}  // namespace gradtape::autograd
