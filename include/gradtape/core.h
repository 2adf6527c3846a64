#pragma once

// Written by scripts/umbrellas.py

#include "gradtape/core/allocator.h"
#include "gradtape/core/arg.h"
#include "gradtape/core/array_ref.h"
#include "gradtape/core/device.h"
#include "gradtape/core/dim_vector.h"
#include "gradtape/core/dtype.h"
#include "gradtape/core/error.h"
#include "gradtape/core/generator.h"
#include "gradtape/core/intrusive_ptr.h"
#include "gradtape/core/mt19937.h"
#include "gradtape/core/ordered_dict.h"
#include "gradtape/core/parallel.h"
#include "gradtape/core/scalar.h"
#include "gradtape/core/storage.h"
#include "gradtape/core/tensor_base.h"
#include "gradtape/core/tensor_impl.h"
#include "gradtape/core/tensor_options.h"
#include "gradtape/core/version.h"
