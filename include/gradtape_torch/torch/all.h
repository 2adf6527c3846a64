#pragma once

#include <ATen/ATen.h>
#include <torch/macros.h>
#include <torch/names.h>
#include <torch/namespaces.h>
#include <torch/version.h>

#include "gradtape/gradtape.h"
