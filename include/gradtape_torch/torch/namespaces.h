#pragma once

// namespace torch, with at and c10, as PyTorch's C++ frontend has them: real namespaces, so that a
// program may reopen them, whose contents are gradtape's. Each namespace of gradtape is declared
// here first: a using-directive needs it to exist, whichever headers come after.

#include <optional>

#include "gradtape/core/error.h"

namespace gradtape {
namespace autograd {}
namespace data {
namespace datasets {}
namespace samplers {}
namespace transforms {}
}  // namespace data
namespace indexing {}
namespace io {}
namespace nn {
namespace functional {}
namespace init {}
namespace utils {
namespace rnn {}
}  // namespace utils
}  // namespace nn
namespace optim {}
namespace serialize {}
}  // namespace gradtape

namespace c10 {
using namespace ::gradtape;
using std::in_place;
using std::make_optional;
using std::nullopt;
using std::nullopt_t;
using std::optional;
}  // namespace c10

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
using namespace ::gradtape;
using std::make_optional;
using std::nullopt;
using std::nullopt_t;
using std::optional;

namespace autograd {
using namespace ::gradtape::autograd;
}

namespace data {
using namespace ::gradtape::data;
namespace datasets {
using namespace ::gradtape::data::datasets;
}
namespace samplers {
using namespace ::gradtape::data::samplers;
}
namespace transforms {
using namespace ::gradtape::data::transforms;
}
}  // namespace data

namespace indexing {
using namespace ::gradtape::indexing;
}

namespace nn {
using namespace ::gradtape::nn;
namespace functional {
using namespace ::gradtape::nn::functional;
}
namespace init {
using namespace ::gradtape::nn::init;
}
namespace utils {
using namespace ::gradtape::nn::utils;
namespace rnn {
using namespace ::gradtape::nn::utils::rnn;
}
}  // namespace utils
}  // namespace nn

namespace optim {
using namespace ::gradtape::optim;
}

namespace serialize {
using namespace ::gradtape::serialize;
}
}  // namespace torch
