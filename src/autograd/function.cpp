#include "gradtape/autograd/function.h"

#include <algorithm>

#include "autograd/hooks.h"
#include "autograd/inplace.h"
#include "autograd/op_node.h"
#include "autograd/ops.h"
#include "core/demangle.h"

namespace gradtape::autograd {
namespace {

struct SavedVariable {
  SavedTensor tensor;
  Edge producer;  // its node is null for an output of the function itself, or without history
  bool is_output = false;
};

bool contains(const variable_list& list, const Tensor& tensor) {
  return std::any_of(list.begin(), list.end(),
                     [&](const Tensor& other) { return other.is_same(tensor); });
}

}  // namespace

struct AutogradContext::State {
  FunctionNode* node = nullptr;
  variable_list to_save;
  variable_list dirty;
  variable_list non_differentiable;
  std::vector<SavedVariable> saved;
  bool materialize_grads = true;
  bool freed = false;
};

// The record of a custom function.
class FunctionNode final : public Node {
 public:
  FunctionNode(const char* type_name, detail::FunctionBackward backward,
               std::vector<bool> is_tensor)
      : type_name_(type_name), backward_(backward), is_tensor_(std::move(is_tensor)) {
    state().node = this;
  }

  AutogradContext::State& state() { return *context_.state_; }
  AutogradContext& context() { return context_; }
  std::string name() const override { return demangle(type_name_); }
  bool wants_undefined() const override { return context_.state_->materialize_grads; }

  void connect(const variable_list& inputs) {
    for (const Tensor& input : inputs) {
      edges_.push_back(input.defined() ? gradient_edge(input) : Edge{});
    }
    set_edges(edges_.data(), edges_.size());
  }

  void set_outputs(const variable_list& outputs) {
    num_outputs_ = static_cast<uint32_t>(outputs.size());
    for (const Tensor& output : outputs) {
      shapes_.push_back(output.defined() ? detached(output.new_empty({0})) : Tensor());
      sizes_.push_back(output.defined() ? output.impl().sizes() : DimVector());
    }
  }

  void save() {
    for (const Tensor& tensor : state().to_save) {
      SavedVariable saved{SavedTensor(tensor), {}};
      if (tensor.defined() && requires_grad(tensor)) {
        saved.producer = gradient_edge(tensor);
        saved.is_output = saved.producer.node.get() == this;
        if (saved.is_output) saved.producer.node.reset();
      }
      state().saved.push_back(std::move(saved));
    }
    state().to_save.clear();
    state().dirty.clear();
    state().non_differentiable.clear();
  }

  variable_list unpack() {
    check_not_released(state().freed, *this);
    if (!state().to_save.empty()) return state().to_save;
    variable_list result;
    for (const SavedVariable& saved : state().saved) {
      Edge producer = saved.producer;
      if (saved.is_output) producer.node = IntrusivePtr<Node>(this);
      result.push_back(saved.tensor.unpack(*this, producer));
    }
    return result;
  }

  void backward(std::span<Tensor> grads, std::span<Tensor> into) override {
    variable_list given(std::make_move_iterator(grads.begin()),
                        std::make_move_iterator(grads.end()));
    for (size_t i = 0; i < given.size(); ++i) {
      if (!given[i].defined() && state().materialize_grads && shapes_[i].defined()) {
        given[i] = shapes_[i].new_zeros(sizes_[i]);
      }
      make_own_handle(given[i]);
    }
    variable_list result = backward_(&context_, std::move(given));
    const size_t expected = is_tensor_.size();
    while (result.size() > expected && !result.back().defined()) result.pop_back();
    GRADTAPE_CHECK(result.size() == expected, "function ", name(),
                   " returned an incorrect number of gradients (expected ", expected, ", got ",
                   result.size(), ")");
    size_t input = 0;
    for (size_t i = 0; i < expected; ++i) {
      if (is_tensor_[i]) {
        into[input++] = std::move(result[i]);
      } else {
        GRADTAPE_CHECK(!result[i].defined(), "function ", name(),
                       " returned a gradient different from None at position ", i + 1,
                       ", but the corresponding forward input was not a Variable");
      }
    }
  }

  void release_saved() override {
    if (state().saved.empty()) return;
    state().saved.clear();
    state().freed = true;
  }

 private:
  const char* type_name_;
  detail::FunctionBackward backward_;
  std::vector<bool> is_tensor_;
  AutogradContext context_;
  std::vector<Edge> edges_;
  std::vector<Tensor> shapes_;  // an empty tensor of each output's dtype
  std::vector<DimVector> sizes_;
};

AutogradContext::AutogradContext() : state_(std::make_unique<State>()) {}
AutogradContext::~AutogradContext() = default;

void AutogradContext::save_for_backward(variable_list to_save) {
  state_->to_save = std::move(to_save);
}
variable_list AutogradContext::get_saved_variables() const { return state_->node->unpack(); }
void AutogradContext::mark_dirty(const variable_list& inputs) { state_->dirty = inputs; }
void AutogradContext::mark_non_differentiable(const variable_list& outputs) {
  state_->non_differentiable = outputs;
}
void AutogradContext::set_materialize_grads(bool value) { state_->materialize_grads = value; }
bool AutogradContext::needs_input_grad(size_t i) const {
  GRADTAPE_CHECK(i < state_->node->num_inputs(), "needs_input_grad: there are ",
                 state_->node->num_inputs(), " tensor inputs; got index ", i);
  return state_->node->Node::needs_input_grad(i);
}

namespace detail {

FunctionCall::FunctionCall(const char* type_name, FunctionBackward backward, FunctionInputs inputs)
    : inputs_(std::move(inputs.tensors)), recording_(false) {
  IntrusivePtr node(new FunctionNode(type_name, backward, std::move(inputs.is_tensor)));
  if (GradMode::is_enabled()) {
    for (const Tensor& input : inputs_) recording_ |= input.defined() && requires_grad(input);
  }
  if (recording_) node->connect(inputs_);
  node_ = std::move(node);
}

FunctionCall::~FunctionCall() = default;

AutogradContext* FunctionCall::context() { return &static_cast<FunctionNode&>(*node_).context(); }

variable_list FunctionCall::finish(variable_list outputs) {
  auto& node = static_cast<FunctionNode&>(*node_);
  AutogradContext::State& state = node.state();
  for (const Tensor& dirty : state.dirty) {
    GRADTAPE_CHECK(contains(outputs, dirty),
                   "Some elements marked as dirty during the forward method were not returned as "
                   "output. The inputs that are modified inplace must all be outputs of the "
                   "Function.");
    if (recording_) check_inplace(dirty);
  }
  node.set_outputs(outputs);
  for (size_t i = 0; i < outputs.size(); ++i) {
    Tensor& output = outputs[i];
    if (!output.defined()) continue;
    const bool is_dirty = contains(state.dirty, output);
    const bool is_input = contains(inputs_, output);
    const bool differentiable =
        recording_ && output.is_floating_point() && !contains(state.non_differentiable, output);
    if (is_dirty) output.storage()->bump_version();
    if (!differentiable) {
      if (requires_grad(output) && !is_dirty) output = output.detach();
      continue;
    }
    if (is_dirty) {
      GRADTAPE_CHECK(!output.is_view() || node.num_outputs() == 1,
                     "a custom function that writes a view in place must have one output; got ",
                     node.num_outputs());
      rebase_history(output, node_, static_cast<uint32_t>(i));
      continue;
    }
    if (is_input) {
      output = make_view(output, output.impl().sizes(), output.impl().strides(),
                         output.storage_offset());
    }
    set_history(output, node_, static_cast<uint32_t>(i));
    AutogradMeta& record = ensure_meta(output);
    if (record.view != ViewOrigin::None) record.view = ViewOrigin::CustomFunction;
  }
  if (recording_) node.save();
  return outputs;
}

}  // namespace detail
}  // namespace gradtape::autograd
