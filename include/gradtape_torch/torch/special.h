#pragma once

#error \
    "gradtape: <torch/special.h> is not supported: gradtape mirrors the eager C++ frontend on the CPU, <torch/torch.h>"
