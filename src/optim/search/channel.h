#pragma once

#include "optim/search/json.h"

namespace gradtape::optim::search {

// A trial's word to its study: {"report": [resource, value]}, then {"value": value} or
// {"reason": text}; a line each.
void send(int channel, const Json& message);

}  // namespace gradtape::optim::search
