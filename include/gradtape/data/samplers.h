#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/data/samplers/base.h"
#include "gradtape/data/samplers/random.h"
#include "gradtape/data/samplers/sequential.h"
#include "gradtape/data/samplers/stream.h"
