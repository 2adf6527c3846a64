#include "autograd/record.h"

namespace gradtape::autograd {

Tensor SavedTensor::unpack(const Node& reader, const IntrusivePtr<Node>& producer,
                           uint32_t output_nr) const {
  if (!tensor_.defined()) return {};
  const uint32_t version = tensor_.storage()->version();
  GRADTAPE_CHECK(
      version == version_,
      "one of the variables needed for gradient computation has been modified by an inplace "
      "operation: [",
      tensor_.toString(), " ", tensor_.sizes(), "]",
      producer && !producer->is_leaf()
          ? str(", which is output ", output_nr, " of ", producer->name(), ",")
          : "",
      " is at version ", version, "; expected version ", version_,
      " instead. It is read by the gradient of ", reader.name(), ".");
  if (!producer || !GradMode::is_enabled()) return tensor_;
  Tensor recorded = without_record(tensor_);
  set_history(recorded, producer, output_nr);
  return recorded;
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
  const Edge& edge = record_.next_edge(i);
  return record_.slot(kInput0 << i).unpack(record_, edge.node, edge.output_nr);
}

Tensor Saved::output(int i) const {
  const IntrusivePtr<Node> producer =
      record_.output_record_ ? record_.output_record_ : IntrusivePtr<Node>(&record_);
  return record_.slot(kOutput << i).unpack(record_, producer, i);
}

IntArrayRef Saved::sizes(int i) const { return record_.next_edge(i).sizes; }
ScalarType Saved::dtype(int i) const { return record_.next_edge(i).dtype; }
bool Saved::needs(int i) const { return record_.needs_input_grad(i); }

}  // namespace gradtape::autograd
