#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/nn/modules/activation.h"
#include "gradtape/nn/modules/batch_norm.h"
#include "gradtape/nn/modules/container.h"
#include "gradtape/nn/modules/convolution.h"
#include "gradtape/nn/modules/dropout.h"
#include "gradtape/nn/modules/embedding.h"
#include "gradtape/nn/modules/linear.h"
#include "gradtape/nn/modules/loss.h"
#include "gradtape/nn/modules/normalization.h"
#include "gradtape/nn/modules/pooling.h"
#include "gradtape/nn/modules/recurrent.h"
