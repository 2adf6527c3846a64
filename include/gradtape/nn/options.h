#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/nn/options/activation.h"
#include "gradtape/nn/options/batch_norm.h"
#include "gradtape/nn/options/convolution.h"
#include "gradtape/nn/options/dropout.h"
#include "gradtape/nn/options/embedding.h"
#include "gradtape/nn/options/linear.h"
#include "gradtape/nn/options/loss.h"
#include "gradtape/nn/options/normalization.h"
#include "gradtape/nn/options/pooling.h"
#include "gradtape/nn/options/recurrent.h"
