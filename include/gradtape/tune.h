#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/tune/results.h"
#include "gradtape/tune/schedule.h"
#include "gradtape/tune/space.h"
#include "gradtape/tune/study.h"
#include "gradtape/tune/trial.h"
