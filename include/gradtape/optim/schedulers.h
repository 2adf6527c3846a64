#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/optim/schedulers/anneal_strategy.h"
#include "gradtape/optim/schedulers/chained_scheduler.h"
#include "gradtape/optim/schedulers/cosine_annealing_lr.h"
#include "gradtape/optim/schedulers/cyclic_lr.h"
#include "gradtape/optim/schedulers/decay_lr.h"
#include "gradtape/optim/schedulers/lambda_lr.h"
#include "gradtape/optim/schedulers/lr_scheduler.h"
#include "gradtape/optim/schedulers/one_cycle_lr.h"
#include "gradtape/optim/schedulers/per_group.h"
#include "gradtape/optim/schedulers/reduce_lr_on_plateau.h"
#include "gradtape/optim/schedulers/sequential_lr.h"
#include "gradtape/optim/schedulers/step_lr.h"
#include "gradtape/optim/schedulers/swa_lr.h"
