#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/nn/modules/container/functional.h"
#include "gradtape/nn/modules/container/moduledict.h"
#include "gradtape/nn/modules/container/modulelist.h"
#include "gradtape/nn/modules/container/parameterdict.h"
#include "gradtape/nn/modules/container/parameterlist.h"
#include "gradtape/nn/modules/container/sequential.h"
