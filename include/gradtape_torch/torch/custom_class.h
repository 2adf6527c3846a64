#pragma once

#error \
    "gradtape: <torch/custom_class.h> is not supported: gradtape mirrors the eager C++ frontend on the CPU, <torch/torch.h>"
