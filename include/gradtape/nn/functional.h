#pragma once

#include "gradtape/nn/functional/activation.h"
#include "gradtape/nn/functional/batchnorm.h"
#include "gradtape/nn/functional/conv.h"
#include "gradtape/nn/functional/dropout.h"
#include "gradtape/nn/functional/embedding.h"
#include "gradtape/nn/functional/linear.h"
#include "gradtape/nn/functional/loss.h"
#include "gradtape/nn/functional/normalization.h"
#include "gradtape/nn/functional/pooling.h"
