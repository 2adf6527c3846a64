#pragma once

#include "kernels/gemm/gemm.h"

namespace gradtape::kernels {

// c = alpha a b + beta c + bias, as gemm, by a loop of our own on this many threads. Each sum is
// taken in the same order whatever their number.
template <class T>
void panel_gemm(const Matrix<T>& a, const Matrix<T>& b, T* c, int64_t ldc, T alpha, T beta,
                const T* bias, int threads);

extern template void panel_gemm(const Matrix<float>&, const Matrix<float>&, float*, int64_t, float,
                                float, const float*, int);
extern template void panel_gemm(const Matrix<double>&, const Matrix<double>&, double*, int64_t,
                                double, double, const double*, int);

// Whether vectors are as wide as the CPU's: not in a binary that travels.
constexpr bool kWideVectors =
#if defined(__AVX2__) && defined(__FMA__)
    true;
#else
    false;
#endif

}  // namespace gradtape::kernels
