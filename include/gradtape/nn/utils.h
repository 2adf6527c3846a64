#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/nn/utils/clip_grad.h"
#include "gradtape/nn/utils/convert_parameters.h"
