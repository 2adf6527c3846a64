#pragma once

// The ops that the tape itself needs: fresh memory for a gradient that is put together. The one
// place where autograd looks up.
#include "gradtape/ops/factory.h"
