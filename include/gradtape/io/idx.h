#pragma once

#include <string>

#include "gradtape/ops/tensor.h"

namespace gradtape::io {

/// Reads an IDX file, the format of MNIST: plain, or compressed by gzip (told by its content).
///
/// Shapes: the file's; dtype uint8, int8, int16, int32, float32 or float64, as the file's.
/// Throws: Error if the file cannot be read, is no IDX file, or holds fewer or more bytes than its
/// header says; nothing large is allocated before the header has been compared with the file's
/// size. Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits".
Tensor read_idx(const std::string& path);

/// Writes an IDX file; compressed by gzip if the path ends in .gz. The file appears under its name
/// when it is complete.
///
/// Throws: Error if the dtype is int64 or bool, the rank is above 255, a size needs more than 32
/// bits, or the file cannot be written.
void write_idx(const std::string& path, const Tensor& tensor);

}  // namespace gradtape::io
