#pragma once

#include <torch/namespaces.h>

#include "gradtape/gradtape.h"
