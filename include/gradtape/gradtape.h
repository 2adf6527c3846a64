#pragma once

// The umbrella: everything but the bridge to xtensor (gradtape/xtensor.h), which is included where
// it is used.

#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/function.h"
#include "gradtape/autograd/grad_mode.h"
#include "gradtape/autograd/gradcheck.h"
#include "gradtape/autograd/node.h"
#include "gradtape/core/allocator.h"
#include "gradtape/core/device.h"
#include "gradtape/core/dtype.h"
#include "gradtape/core/error.h"
#include "gradtape/core/generator.h"
#include "gradtape/core/indexing.h"
#include "gradtape/core/parallel.h"
#include "gradtape/core/scalar.h"
#include "gradtape/core/tensor.h"
#include "gradtape/core/tensor_options.h"
#include "gradtape/core/version.h"
#include "gradtape/ops/factory.h"
