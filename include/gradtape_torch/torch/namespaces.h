#pragma once

// namespace torch, with at and c10, as PyTorch's C++ frontend has them: real namespaces, so that a
// program may reopen them. What torch holds of gradtape is in torch/names.h; here are the names
// that come from elsewhere, and the namespaces that exist whatever is in them.

#include <optional>

#include "gradtape/core/dtype.h"
#include "gradtape/core/error.h"

namespace gradtape::indexing {}
namespace gradtape::tune {}

namespace c10 {
using namespace ::gradtape;
using std::in_place;
using std::make_optional;
using std::nullopt;
using std::nullopt_t;
using std::optional;
}  // namespace c10

namespace caffe2 {
using ::gradtape::TypeMeta;
}

namespace at {
using namespace ::gradtape;
using std::make_optional;
using std::nullopt;
using std::nullopt_t;
using std::optional;
namespace indexing {
using namespace ::gradtape::indexing;
}
}  // namespace at

namespace torch {
using std::make_optional;
using std::nullopt;
using std::nullopt_t;
using std::optional;

namespace autograd {}
namespace data {
namespace datasets {}
namespace samplers {}
namespace transforms {}
}  // namespace data
namespace indexing {}
namespace nn {
namespace functional {}
namespace init {}
namespace utils {
namespace rnn {}
}  // namespace utils
}  // namespace nn
namespace optim {
namespace search = ::gradtape::tune;
}
namespace serialize {}
}  // namespace torch
