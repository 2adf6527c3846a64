#include "gradtape/core/version.h"

namespace gradtape {

const char* version() { return GRADTAPE_VERSION; }

}  // namespace gradtape
