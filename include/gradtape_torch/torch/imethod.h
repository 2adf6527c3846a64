#pragma once

#error \
    "gradtape: <torch/imethod.h> is not supported: gradtape mirrors the eager C++ frontend on the CPU, <torch/torch.h>"
