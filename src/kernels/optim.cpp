#include "kernels/optim.h"

#include <cmath>

#include "kernels/array.h"
#include "kernels/parallel.h"

namespace gradtape::kernels {

namespace {

constexpr int64_t kGrain = 16384;

template <class T, bool kMomentum, bool kNesterov>
void sgd_loop(int64_t n, T* __restrict p, const T* __restrict g, T* __restrict b,
              const SgdStep& step) {
  const T lr = static_cast<T>(step.lr), momentum = static_cast<T>(step.momentum);
  const T decay = static_cast<T>(step.weight_decay), sign = step.maximize ? T(-1) : T(1);
  const T keep = step.first ? T(0) : momentum;
  const T take = step.first ? T(1) : static_cast<T>(1 - step.dampening);
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    T d = sign * g[i] + decay * p[i];
    if constexpr (kMomentum) {
      const T velocity = keep * b[i] + take * d;
      b[i] = velocity;
      d = kNesterov ? d + momentum * velocity : velocity;
    }
    p[i] -= lr * d;
  }
}

template <class T, bool kAmsgrad>
void adam_loop(int64_t n, T* __restrict p, const T* __restrict g, T* __restrict m, T* __restrict v,
               T* __restrict largest, const AdamStep& step) {
  const double correction1 = 1 - std::pow(step.beta1, static_cast<double>(step.step));
  const double correction2 = 1 - std::pow(step.beta2, static_cast<double>(step.step));
  const T step_size = static_cast<T>(step.lr / correction1);
  const T root2 = static_cast<T>(std::sqrt(correction2));
  const T beta1 = static_cast<T>(step.beta1), take1 = static_cast<T>(1 - step.beta1);
  const T beta2 = static_cast<T>(step.beta2), take2 = static_cast<T>(1 - step.beta2);
  const T eps = static_cast<T>(step.eps), sign = step.maximize ? T(-1) : T(1);
  const T coupled = step.decoupled ? T(0) : static_cast<T>(step.weight_decay);
  const T shrink = step.decoupled ? static_cast<T>(1 - step.lr * step.weight_decay) : T(1);
#pragma omp simd
  for (int64_t i = 0; i < n; ++i) {
    const T d = sign * g[i] + coupled * p[i];
    const T mean = beta1 * m[i] + take1 * d;
    T square = beta2 * v[i] + take2 * d * d;
    m[i] = mean;
    v[i] = square;
    if constexpr (kAmsgrad) largest[i] = square = square > largest[i] ? square : largest[i];
    p[i] = shrink * p[i] - step_size * (mean / (std::sqrt(square) / root2 + eps));
  }
}

void check_sizes(const char* op, const Tensor& parameter, const Tensor& other) {
  GRADTAPE_CHECK(!other.defined() ||
                     (other.sizes() == parameter.sizes() && other.dtype() == parameter.dtype()),
                 op, ": gradient and state must have the parameter's shape and dtype (",
                 parameter.dtype(), " ", parameter.sizes(), "); got ", other.dtype(), " ",
                 other.sizes());
}

// Contiguous stand-ins for a call's tensors; those that are written go back where they came from.
class Dense {
 public:
  explicit Dense(const Tensor& original)
      : original_(original), dense_(original.defined() ? dense(original) : original) {}
  template <class T>
  T* data() const {
    return dense_.defined() ? dense_.data_ptr<T>() : nullptr;
  }
  void write_back() const {
    if (dense_.defined() && !dense_.is_same(original_)) copy(original_, dense_);
  }

 private:
  const Tensor& original_;
  Tensor dense_;
};

}  // namespace

void sgd(const Tensor& parameter, const Tensor& grad, const Tensor& buffer, const SgdStep& step) {
  check_sizes("sgd", parameter, grad);
  check_sizes("sgd", parameter, buffer);
  const Dense p(parameter), g(grad), b(buffer);
  visit_floating(parameter.dtype(), "sgd", [&]<class T>(TypeTag<T>) {
    T* const params = p.data<T>();
    const T* const grads = g.data<T>();
    T* const buffers = b.data<T>();
    parallel_for(parameter.numel(), kGrain, [&](int64_t begin, int64_t end) {
      const int64_t n = end - begin;
      if (!buffers)
        sgd_loop<T, false, false>(n, params + begin, grads + begin, nullptr, step);
      else if (step.nesterov)
        sgd_loop<T, true, true>(n, params + begin, grads + begin, buffers + begin, step);
      else
        sgd_loop<T, true, false>(n, params + begin, grads + begin, buffers + begin, step);
    });
  });
  p.write_back();
  b.write_back();
  parameter.storage()->bump_version();
}

void adam(const Tensor& parameter, const Tensor& grad, const Tensor& exp_avg,
          const Tensor& exp_avg_sq, const Tensor& max_exp_avg_sq, const AdamStep& step) {
  for (const Tensor* other : {&grad, &exp_avg, &exp_avg_sq, &max_exp_avg_sq})
    check_sizes("adam", parameter, *other);
  const Dense p(parameter), g(grad), m(exp_avg), v(exp_avg_sq), largest(max_exp_avg_sq);
  visit_floating(parameter.dtype(), "adam", [&]<class T>(TypeTag<T>) {
    T* const params = p.data<T>();
    const T* const grads = g.data<T>();
    T* const means = m.data<T>();
    T* const squares = v.data<T>();
    T* const maxima = largest.data<T>();
    parallel_for(parameter.numel(), kGrain, [&](int64_t begin, int64_t end) {
      const int64_t n = end - begin;
      if (maxima)
        adam_loop<T, true>(n, params + begin, grads + begin, means + begin, squares + begin,
                           maxima + begin, step);
      else
        adam_loop<T, false>(n, params + begin, grads + begin, means + begin, squares + begin,
                            nullptr, step);
    });
  });
  p.write_back();
  m.write_back();
  v.write_back();
  largest.write_back();
  parameter.storage()->bump_version();
}

}  // namespace gradtape::kernels
