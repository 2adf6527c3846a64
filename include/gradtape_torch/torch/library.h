#pragma once

#error \
    "gradtape: <torch/library.h> is not supported: gradtape mirrors the eager C++ frontend on the CPU, <torch/torch.h>"
