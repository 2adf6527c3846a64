#pragma once

#include "gradtape/optim/adam.h"
#include "gradtape/optim/adamw.h"
#include "gradtape/optim/optimizer.h"
#include "gradtape/optim/problems.h"
#include "gradtape/optim/sgd.h"
