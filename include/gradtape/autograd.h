#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/autograd/autograd.h"
#include "gradtape/autograd/function.h"
#include "gradtape/autograd/grad_mode.h"
#include "gradtape/autograd/ivalue.h"
#include "gradtape/autograd/node.h"
