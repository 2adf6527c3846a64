#pragma once

namespace gradtape::optim {

/// How a value goes from its start to its end: along half a cosine, or on a line.
enum class AnnealStrategy { kCos, kLinear };

}  // namespace gradtape::optim
