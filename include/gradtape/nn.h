#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/nn/any_module.h"
#include "gradtape/nn/any_value.h"
#include "gradtape/nn/cloneable.h"
#include "gradtape/nn/detail.h"
#include "gradtape/nn/enum.h"
#include "gradtape/nn/expanding_array.h"
#include "gradtape/nn/functional.h"
#include "gradtape/nn/init.h"
#include "gradtape/nn/module.h"
#include "gradtape/nn/modules.h"
#include "gradtape/nn/options.h"
#include "gradtape/nn/pimpl.h"
#include "gradtape/nn/utils.h"
