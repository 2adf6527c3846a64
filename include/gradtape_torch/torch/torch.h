#pragma once

// <torch/torch.h> of a program that links gradtape::torch.

#include <torch/all.h>
