#pragma once

#include <ATen/ATen.h>
#include <c10/util/string_utils.h>
#include <torch/macros.h>
#include <torch/names.h>
#include <torch/namespaces.h>
#include <torch/version.h>

#include "gradtape/gradtape.h"
