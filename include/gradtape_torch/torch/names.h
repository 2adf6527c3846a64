#pragma once

// Written by scripts/torch_names.py, which says why names are listed.
// clang-format off

#include <torch/namespaces.h>

#include "gradtape/gradtape.h"

namespace torch {
using ::gradtape::Error;
using ::gradtape::str;
using ::gradtape::version;
}  // namespace torch
