#pragma once

// The umbrella: everything but the bridge to xtensor (gradtape/xtensor.h), which is included where
// it is used.

#include "gradtape/core/error.h"
#include "gradtape/core/version.h"
