#pragma once

#include <concepts>

#include "kernels/base/array.h"

// PyTorch's rules for a tensor that is written: which of its elements, and which inputs, may share
// memory with it. Every write in place asks check_write first, by autograd::apply_inplace or, where
// a write does not go through that, itself.
namespace gradtape::kernels {

// How an op writes, which decides what may overlap.
enum class Writes {
  InStep,    // an element is read before it is written, so an input may be what is written itself
  Anywhere,  // in an order of its own: nothing that is read may be written
  Indexed,   // as Anywhere; a place may be written several times
  Masked,    // where the first input, read in step, is true; a place may be written several times
  OneValue,  // the same value everywhere, read first
};

// Throws: Error if two elements share memory.
void check_no_internal_overlap(const TensorImpl& written);
// Throws: Error if they share memory; in_step allows that they do element for element.
void check_no_overlap(const TensorImpl& written, const TensorImpl& read, bool in_step);

inline void check_read(const TensorImpl& written, const TensorBase& read, bool in_step) {
  if (!read.defined()) return;
  const TensorImpl& impl = read.impl();
  if (&impl == &written ? in_step
                        : impl.storage() != written.storage() && !impl.storage()->is_shared()) {
    return;
  }
  check_no_overlap(written, impl, in_step);
}

// Throws: Error, in PyTorch's words, if written may not be written so while these are read. As
// there, what only an exact look would tell apart (tensors with gaps, strides that meet) passes.
template <Writes kHow, std::derived_from<TensorBase>... Read>
void check_write(const TensorBase& written, const Read&... read) {
  if constexpr (kHow == Writes::OneValue) return;
  const TensorImpl& impl = written.impl();
  if constexpr (kHow == Writes::InStep || kHow == Writes::Anywhere) {
    if (!impl.is_contiguous()) check_no_internal_overlap(impl);
  }
  constexpr bool kInStep = kHow == Writes::InStep || kHow == Writes::Masked;
  if constexpr (kHow == Writes::Masked) {
    [&](const TensorBase& mask, const auto&...) { check_read(impl, mask, kInStep); }(read...);
  } else {
    (check_read(impl, read, kInStep), ...);
  }
}

// read, or a copy of it where a write to written may reach what has not been read yet.
TensorBase out_of_reach(const TensorBase& read, const TensorBase& written, bool in_step);

}  // namespace gradtape::kernels
