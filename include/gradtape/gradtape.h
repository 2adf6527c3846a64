#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/autograd.h"
#include "gradtape/core.h"
#include "gradtape/data.h"
#include "gradtape/gradcheck.h"
#include "gradtape/io.h"
#include "gradtape/nn.h"
#include "gradtape/ops.h"
#include "gradtape/optim.h"
#include "gradtape/tune.h"
