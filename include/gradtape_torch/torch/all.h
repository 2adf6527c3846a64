#pragma once

#include <ATen/ATen.h>
#include <torch/macros.h>
#include <torch/namespaces.h>

#include "gradtape/gradtape.h"
