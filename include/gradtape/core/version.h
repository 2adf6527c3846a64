#pragma once

namespace gradtape {

/// The library's version, "major.minor.patch".
const char* version();

}  // namespace gradtape
