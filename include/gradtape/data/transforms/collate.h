#pragma once

#include <vector>

#include "gradtape/data/transforms/lambda.h"

namespace gradtape::data::transforms {

/// A transform that makes one value of a batch.
template <class T, class BatchType = std::vector<T>>
using Collation = BatchTransform<BatchType, T>;

/// The same from a function.
template <class T, class BatchType = std::vector<T>>
using Collate = BatchLambda<BatchType, T>;

}  // namespace gradtape::data::transforms
