#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/nn/functional/activation.h"
#include "gradtape/nn/functional/batch_norm.h"
#include "gradtape/nn/functional/convolution.h"
#include "gradtape/nn/functional/dropout.h"
#include "gradtape/nn/functional/embedding.h"
#include "gradtape/nn/functional/linear.h"
#include "gradtape/nn/functional/loss.h"
#include "gradtape/nn/functional/normalization.h"
#include "gradtape/nn/functional/pooling.h"
