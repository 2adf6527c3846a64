#pragma once

#include "gradtape/data/dataloader.h"
#include "gradtape/data/datasets.h"
#include "gradtape/data/example.h"
#include "gradtape/data/samplers.h"
#include "gradtape/data/transforms.h"

namespace gradtape::data {

using datasets::BatchDataset;
using datasets::Dataset;

}  // namespace gradtape::data
