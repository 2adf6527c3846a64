#pragma once

#include "gradtape/nn/utils/clip_grad.h"
#include "gradtape/nn/utils/convert_parameters.h"
