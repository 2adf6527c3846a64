#include <exception>
#include <thread>
#include <unordered_map>

#include "autograd/autograd_meta.h"
#include "autograd/hooks.h"
#include "autograd/pending.h"

#include "gradtape/autograd/autograd.h"

namespace gradtape::autograd {
namespace {

thread_local bool anomaly_mode = false;

// One replay of the tape.
class Replay {
 public:
  Replay(bool keep_graph, bool create_graph) : keep_graph_(keep_graph), create_(create_graph) {}

  // Replays only what leads to these; those to be captured get their gradient in captured().
  void restrict_to(const std::vector<Edge>& targets, bool capture);
  void seed(const Edge& edge, Tensor grad) { deliver(edge, std::move(grad), nullptr, 0); }
  void run();
  std::vector<Tensor>& captured() { return captured_; }

 private:
  void deliver(const Edge& edge, Tensor grad, const Node* from, size_t index);
  void process(Pending::Task& task);
  void capture(Pending::Task& task);
  bool leads_to_target(Node* root, uint64_t oldest);

  bool keep_graph_, create_;
  Pending pending_;
  std::vector<Tensor> into_;

  bool restricted_ = false;
  bool capturing_ = false;
  uint64_t oldest_target_ = 0;
  std::vector<Tensor> captured_;
  std::unordered_multimap<const Node*, std::pair<uint32_t, size_t>> targets_;
  std::unordered_map<const Node*, bool> leads_;  // to a target, through at least one edge
};

void Replay::restrict_to(const std::vector<Edge>& targets, bool capture) {
  restricted_ = true;
  capturing_ = capture;
  captured_.resize(targets.size());
  oldest_target_ = ~uint64_t{0};
  for (size_t i = 0; i < targets.size(); ++i) {
    if (!targets[i].node) continue;
    targets_.emplace(targets[i].node.get(), std::pair(targets[i].output_nr, i));
    oldest_target_ = std::min(oldest_target_, targets[i].node->sequence());
  }
}

// Depth first, iteratively; a record older than every target leads to none.
bool Replay::leads_to_target(Node* root, uint64_t oldest) {
  struct Frame {
    Node* node;
    size_t next = 0;
  };
  auto known = leads_.find(root);
  if (known != leads_.end()) return known->second;
  std::vector<Frame> stack{{root}};
  leads_[root] = false;
  while (!stack.empty()) {
    Frame& frame = stack.back();
    if (frame.next == frame.node->num_inputs()) {
      const bool leads = leads_[frame.node];
      stack.pop_back();
      if (leads && !stack.empty()) leads_[stack.back().node] = true;
      continue;
    }
    Node* input = frame.node->next_edge(frame.next++).node.get();
    if (!input) continue;
    if (targets_.contains(input)) leads_[frame.node] = true;
    if (input->sequence() <= oldest) continue;
    const auto [place, fresh] = leads_.try_emplace(input, false);
    if (fresh) {
      stack.push_back({input});
    } else if (place->second) {
      leads_[frame.node] = true;
    }
  }
  return leads_[root];
}

// A gradient that a record (the user, where from is null) has given for an input: a broadcast
// input's summed back to its shape, and of its dtype. Nothing else reaches the records, so a vjp
// need not check what it is given.
//
// Throws: Error, in PyTorch's words, if its shape cannot be that of the input's gradient.
Tensor fit(Tensor grad, const Edge& edge, const Node* from, size_t index) {
  if (!grad.sizes().equals(edge.sizes)) {
    bool fits = grad.sizes().size() >= edge.sizes.size();
    for (size_t i = 0; fits && i < edge.sizes.size(); ++i) {
      const int64_t given = grad.sizes()[grad.sizes().size() - edge.sizes.size() + i];
      fits = edge.sizes[i] == 1 || edge.sizes[i] == given;
    }
    GRADTAPE_CHECK(fits, from ? str("Function ", from->name(), " returned an ") : "",
                   "invalid gradient at index ", index, " - got ", grad.sizes(),
                   " but expected shape compatible with ", edge.sizes);
    grad = grad.sum_to_size(edge.sizes);
  }
  if (grad.dtype() != edge.dtype) grad = grad.to(edge.dtype);
  return grad;
}

// Adds the gradient to what the record has received so far: in place once the buffer is this
// replay's own.
void Replay::deliver(const Edge& edge, Tensor grad, const Node* from, size_t index) {
  if (!edge.node) return;
  if (restricted_ && !targets_.contains(edge.node.get()) &&
      !leads_to_target(edge.node.get(), oldest_target_)) {
    return;
  }
  Tensor& sum = pending_.find(edge.node).output(edge.output_nr);
  if (!grad.defined()) return;
  if (from) grad = fit(std::move(grad), edge, from, index);
  if (!sum.defined()) {
    sum = std::move(grad);
  } else if (!create_ && is_unshared(sum) && sum.is_contiguous()) {
    sum.add_(grad);
  } else {
    sum = sum.add(grad);
  }
}

void Replay::capture(Pending::Task& task) {
  const auto [first, last] = targets_.equal_range(task.node.get());
  for (auto target = first; target != last; ++target) {
    const auto [output_nr, index] = target->second;
    captured_[index] = task.output(output_nr);
  }
}

// Of the inputs of a leaf, which has none, and of a record that needs the gradient of none: of a
// view, say, that was made without recording.
bool is_of_use(Node& node) {
  const std::span<Edge> edges = node.edges();
  return edges.empty() || std::any_of(edges.begin(), edges.end(),
                                      [](const Edge& edge) { return edge.node != nullptr; });
}

void Replay::process(Pending::Task& task) {
  Node& node = *task.node;
  const bool is_target = restricted_ && targets_.contains(&node);
  if (is_target && capturing_) {
    // As in PyTorch 1.13: what is captured has not seen the hooks, which run only where the replay
    // goes on.
    capture(task);
    if (!leads_to_target(&node, oldest_target_)) return;
  }
  if (node.has_extras()) {
    // By index and copied: a hook may register hooks.
    for (size_t i = 0; i < node.extras().hooks.size(); ++i) {
      const Node::OutputHooks hooks = node.extras().hooks[i];
      Tensor& grad = task.output(hooks.output_nr);
      if (grad.defined()) run_hooks(*hooks.list, hooks.slot.get(), grad);
    }
  }
  if (is_target && !node.is_leaf() && !leads_to_target(&node, oldest_target_)) return;
  into_.resize(node.num_inputs());
  const bool any =
      task.grad.defined() || std::any_of(task.more.begin(), task.more.end(),
                                         [](const Tensor& grad) { return grad.defined(); });
  if ((any && is_of_use(node)) || node.wants_undefined()) {
    std::vector<Tensor> all;
    if (!task.more.empty()) {
      all.push_back(std::move(task.grad));
      for (Tensor& grad : task.more) all.push_back(std::move(grad));
    }
    node.backward(all.empty() ? std::span(&task.grad, 1) : std::span(all), into_);
  }
  if (!keep_graph_) node.release_saved();
  for (size_t i = 0; i < into_.size(); ++i) {
    if (anomaly_mode && into_[i].defined()) {
      GRADTAPE_CHECK(!into_[i].isnan().any().item<bool>(), "Function '", node.name(),
                     "' returned nan values in its ", i, "th output.");
    }
    deliver(node.next_edge(i), std::exchange(into_[i], {}), &node, i);
  }
  into_.clear();
}

void Replay::run() {
  const AutoGradMode mode(create_);
  while (!pending_.empty()) {
    Pending::Task task = pending_.take_newest();
    process(task);
  }
}

// A backward inside a backward inside a ... continues on a fresh stack every so many levels.
void run_on_enough_stack(Replay& replay) {
  constexpr int kLevelsPerStack = 48;
  thread_local int depth = 0;
  struct Level {
    Level() { ++depth; }
    ~Level() { --depth; }
  } level;
  if (depth % kLevelsPerStack != 0) {
    replay.run();
    return;
  }
  std::exception_ptr error;
  const bool anomaly = anomaly_mode;
  std::thread([&] {
    anomaly_mode = anomaly;
    depth = 1;
    try {
      replay.run();
    } catch (...) {
      error = std::current_exception();
    }
  }).join();
  if (error) std::rethrow_exception(error);
}

variable_list replay_tape(const variable_list& outputs, const variable_list& grads,
                          std::optional<bool> retain_graph, bool create_graph,
                          const variable_list& inputs, bool capture, bool allow_unused) {
  GRADTAPE_CHECK(grads.empty() || grads.size() == outputs.size(), "got ", outputs.size(),
                 " tensors and ", grads.size(), " gradients");
  Replay replay(retain_graph.value_or(create_graph), create_graph);
  if (capture || !inputs.empty()) {
    std::vector<Edge> targets;
    for (size_t i = 0; i < inputs.size(); ++i) {
      GRADTAPE_CHECK(requires_grad(inputs[i]),
                     "One of the differentiated Tensors does not require grad (input ", i,
                     ", shape ", inputs[i].sizes(), ")");
      if (!capture) inputs[i].retain_grad();
      targets.push_back(gradient_edge(inputs[i]));
    }
    replay.restrict_to(targets, capture);
  }
  std::vector<Edge> roots;
  std::vector<Tensor> seeds;
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Tensor& output = outputs[i];
    Edge root = gradient_edge(output);
    GRADTAPE_CHECK(root.node, "element ", i,
                   " of tensors does not require grad and does not have a grad_fn");
    Tensor grad = grads.empty() ? Tensor() : grads[i];
    if (grad.defined()) {
      const AutoGradMode mode(create_graph);
      grad = fit(std::move(grad), root, nullptr, i);
      make_own_handle(grad);
    } else {
      GRADTAPE_CHECK(output.numel() == 1,
                     "grad can be implicitly created only for scalar outputs; got output ", i,
                     " of shape ", output.sizes());
      grad = output.new_ones(output.sizes());
    }
    roots.push_back(std::move(root));
    seeds.push_back(std::move(grad));
  }
  for (size_t i = 0; i < roots.size(); ++i) replay.seed(roots[i], std::exchange(seeds[i], {}));
  run_on_enough_stack(replay);
  if (capture && !allow_unused) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      GRADTAPE_CHECK(
          replay.captured()[i].defined(),
          "One of the differentiated Tensors appears to not have been used in the graph. "
          "Set allow_unused=True if this is the desired behavior. (input ",
          i, ", shape ", inputs[i].sizes(), ")");
    }
  }
  return std::move(replay.captured());
}

}  // namespace

void backward(const variable_list& tensors, const variable_list& grad_tensors,
              std::optional<bool> retain_graph, bool create_graph, const variable_list& inputs) {
  replay_tape(tensors, grad_tensors, retain_graph, create_graph, inputs, /*capture=*/false, true);
}

variable_list grad(const variable_list& outputs, const variable_list& inputs,
                   const variable_list& grad_outputs, std::optional<bool> retain_graph,
                   bool create_graph, bool allow_unused) {
  GRADTAPE_CHECK(!inputs.empty(), "grad requires non-empty inputs.");
  return replay_tape(outputs, grad_outputs, retain_graph, create_graph, inputs, /*capture=*/true,
                     allow_unused);
}

DetectAnomalyGuard::DetectAnomalyGuard() : before_(anomaly_mode) { anomaly_mode = true; }
DetectAnomalyGuard::~DetectAnomalyGuard() { anomaly_mode = before_; }

}  // namespace gradtape::autograd
