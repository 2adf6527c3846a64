#pragma once

#include <cstdint>

#include "gradtape/core/generator.h"

/// Random fills of n contiguous elements: PyTorch's CPU kernels (1.13.1), number for number.
///
/// Each fill holds the generator's mutex and consumes as many words as PyTorch's; each throws Error
/// before it draws anything. "Any dtype" is float, double, int64, int32, int16, int8, uint8, bool.
/// A tensor that is not contiguous is filled in memory order; for normal samples it also needs
/// normal_serial, whatever its size.
namespace gradtape::kernels {

/// Uniform in [from, to), T = float (24 random bits, one word) or double (53 bits, two words). The
/// product may round up to `to`, as it does in PyTorch.
///
/// Throws: Error if from > to or to - from is not finite in T.
template <class T>
void uniform(T* data, int64_t n, double from, double to, Generator gen);

/// Normal; T = float or double. From 16 elements on, Box-Muller in blocks of 16 from samples of T,
/// and the last 16 elements drawn anew if n is not a multiple of 16. Below, normal_serial.
///
/// Throws: Error if std < 0.
template <class T>
void normal(T* data, int64_t n, double mean, double std, Generator gen);

/// Normal, one after the other; T = float or double. Drawn as pairs of doubles for either T; the
/// second one of a pair is kept in the generator for the next sample.
///
/// Throws: Error if std < 0.
template <class T>
void normal_serial(T* data, int64_t n, double mean, double std, Generator gen);

/// Integers in [from, to) by modulo, any dtype: of 64 bits for int64, float and double if the range
/// is 2^32 or more, of 32 bits otherwise. For float and double the bounds move inwards to the
/// nearest ones that T can hold.
///
/// Throws: Error if from >= to, or a bound does not fit T.
template <class T>
void random_from_to(T* data, int64_t n, int64_t from, int64_t to, Generator gen);

/// Integers from `from` to the largest of T (2^24 for float, 2^53 for double), both included; any
/// dtype. The lowest int64 as `from` means all 64 bits, for int64, float and double only.
///
/// Throws: Error if `from` does not fit T.
template <class T>
void random_from(T* data, int64_t n, int64_t from, Generator gen);

/// Integers from 0 to the largest of T (2^24 for float, 2^53 for double), both included; any dtype.
template <class T>
void random(T* data, int64_t n, Generator gen);

/// A random order of 0, ..., n - 1, any dtype that can hold them exactly.
///
/// Throws: Error if n < 0.
template <class T>
void randperm(T* data, int64_t n, Generator gen);

/// 1 with probability p, else 0, from 53 bits; any dtype.
///
/// Throws: Error unless 0 <= p <= 1.
template <class T>
void bernoulli(T* data, int64_t n, double p, Generator gen);

/// 1 with probability p[i], else 0, any dtype; from 24 bits for P = float, 53 for P = double.
///
/// Shapes: data [n], p [n].
/// Throws: Error unless every 0 <= p[i] <= 1.
template <class T, class P>
void bernoulli(T* data, int64_t n, const P* p, Generator gen);

/// Exponential of rate lambda, T = float or double.
///
/// Throws: Error if lambda < 0.
template <class T>
void exponential(T* data, int64_t n, double lambda, Generator gen);

/// exp of a normal sample, T = float or double; shares the cached sample of normal_serial.
///
/// Throws: Error if std <= 0.
template <class T>
void log_normal(T* data, int64_t n, double mean, double std, Generator gen);

/// Cauchy, T = float or double.
template <class T>
void cauchy(T* data, int64_t n, double median, double sigma, Generator gen);

/// Number of trials up to the first success; any dtype but bool.
///
/// Throws: Error unless 0 < p < 1.
template <class T>
void geometric(T* data, int64_t n, double p, Generator gen);

}  // namespace gradtape::kernels
