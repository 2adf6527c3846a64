#include "gradtape/autograd/node.h"

#include <utility>

#include "autograd/autograd_meta.h"

namespace gradtape::autograd {

Node::~Node() = default;

// A record keeps the records before it alive; freeing the last of a long chain by recursion would
// overflow the stack, so the outermost call frees what the others only put aside.
void Node::destroy(Node* node) noexcept {
  thread_local bool destroying = false;
  thread_local Node* waiting = nullptr;
  node->next_to_destroy_ = waiting;
  waiting = node;
  if (destroying) return;
  destroying = true;
  while (waiting) delete std::exchange(waiting, waiting->next_to_destroy_);
  destroying = false;
}

}  // namespace gradtape::autograd
