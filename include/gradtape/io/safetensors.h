#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "gradtape/ops/tensor.h"

namespace gradtape::io {

/// Tensors with their names, in an order.
using NamedTensors = std::vector<std::pair<std::string, Tensor>>;
/// What a file says about itself: free text under free keys, such as {"format": "pt"}.
using Metadata = std::map<std::string, std::string>;

/// Writes tensors to a .safetensors file, in the layout of the Python package: widest dtype first,
/// then by name. The file is written beside its place and renamed, so that a crash leaves either
/// the old file or the new one.
///
/// Throws: Error if a name comes twice, is "__metadata__" or is no UTF-8, if a tensor is undefined,
/// or if the file cannot be written.
/// Source: https://github.com/huggingface/safetensors
void save_safetensors(const std::string& path, const NamedTensors& tensors,
                      const Metadata& metadata = {});

/// Reads a .safetensors file: its tensors in the order of their data, each with memory of its own.
/// metadata, unless null, becomes the file's.
///
/// Throws: Error naming the file and the numbers if it cannot be read, breaks a rule of the format
/// or holds a dtype that no tensor has here; nothing large is allocated before all of it is
/// checked. Source: https://github.com/huggingface/safetensors
NamedTensors load_safetensors(const std::string& path, Metadata* metadata = nullptr);

}  // namespace gradtape::io
