#include "gradtape/autograd/node.h"

#include "autograd/tensor_record.h"

namespace gradtape::autograd {

Node::~Node() = default;

// A record keeps the records before it alive; freeing the last of a long chain by recursion would
// overflow the stack, so the outermost call frees what the others only put aside.
void Node::destroy(Node* node) noexcept {
  thread_local std::vector<Node*>* waiting = nullptr;
  if (waiting) {
    waiting->push_back(node);
    return;
  }
  std::vector<Node*> queue{node};
  waiting = &queue;
  while (!queue.empty()) {
    Node* next = queue.back();
    queue.pop_back();
    delete next;
  }
  waiting = nullptr;
}

}  // namespace gradtape::autograd
