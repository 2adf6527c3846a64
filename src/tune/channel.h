#pragma once

#include "tune/json.h"

namespace gradtape::tune {

// A trial's word to its study: {"report": [resource, value]}, then {"value": value} or
// {"reason": text}; a line each.
void send(int channel, const Json& message);

}  // namespace gradtape::tune
