#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/data/transforms/base.h"
#include "gradtape/data/transforms/collate.h"
#include "gradtape/data/transforms/lambda.h"
#include "gradtape/data/transforms/stack.h"
#include "gradtape/data/transforms/tensor.h"
