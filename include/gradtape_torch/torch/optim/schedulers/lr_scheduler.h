#pragma once

// All of <torch/torch.h>: gradtape is small enough to need no parts.
#include <torch/all.h>
