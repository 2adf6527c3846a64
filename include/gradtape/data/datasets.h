#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/data/datasets/base.h"
#include "gradtape/data/datasets/idx.h"
#include "gradtape/data/datasets/map.h"
#include "gradtape/data/datasets/shared.h"
#include "gradtape/data/datasets/stateful.h"
#include "gradtape/data/datasets/tensor.h"
