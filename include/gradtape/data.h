#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/data/dataloader.h"
#include "gradtape/data/dataloader_options.h"
#include "gradtape/data/datasets.h"
#include "gradtape/data/example.h"
#include "gradtape/data/iterator.h"
#include "gradtape/data/samplers.h"
#include "gradtape/data/stackable.h"
#include "gradtape/data/transforms.h"
#include "gradtape/data/worker_exception.h"
