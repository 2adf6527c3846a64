#include "kernels/random/random.h"

#include "autograd/op_node.h"
#include "kernels/base/array.h"
#include "kernels/layout/memory_order.h"

#include "gradtape/ops/factory.h"

// Random numbers: fills of a tensor, and the factories on top of them.
namespace gradtape {
namespace {

using namespace autograd;

// What was there before a fill has no influence on what follows: its gradient is zero.
struct RandomFill {
  static constexpr Reads reads[] = {kNothing};
  Tensor vjp(const Tensor&, const Saved& saved) const {
    return zeros(saved.sizes(0), saved.dtype(0));
  }
};
struct Uniform : RandomFill {
  static constexpr const char* name = "UniformBackward0";
};
struct Normal : RandomFill {
  static constexpr const char* name = "NormalBackward0";
};
struct Bernoulli : RandomFill {
  static constexpr const char* name = "BernoulliBackward0";
};
struct Random : RandomFill {
  static constexpr const char* name = "RandomBackward0";
};
struct Exponential : RandomFill {
  static constexpr const char* name = "ExponentialBackward0";
};
struct LogNormal : RandomFill {
  static constexpr const char* name = "LogNormalBackward0";
};
struct Cauchy : RandomFill {
  static constexpr const char* name = "CauchyBackward0";
};
struct Geometric : RandomFill {
  static constexpr const char* name = "GeometricBackward0";
};

Generator chosen(const std::optional<Generator>& generator) {
  return generator && generator->defined() ? *generator : default_generator();
}

// draw fills self, which the tape sees as a write, from what it reads, if anything.
template <class Op, class Draw, std::same_as<Tensor>... Read>
Tensor& write_random(Op op, const Tensor& self, const Draw& draw, const Read&... read) {
  IntrusivePtr<Node> node;
  if (GradMode::is_enabled() && requires_grad(self)) {
    check_inplace(self);
    node = make_node(op, self);
  }
  kernels::check_write<Writes::InStep>(self, read...);
  draw();
  self.storage()->bump_version();
  if (node) rebase_history(self, std::move(node));
  return const_cast<Tensor&>(self);
}

// Calls draw(data, n) with n elements side by side: the memory of self, or a buffer that is spread
// over self in the order of its memory, as PyTorch fills what is not contiguous.
template <class T, class Draw>
void fill_in_memory_order(const Tensor& self, const Draw& draw) {
  if (self.is_contiguous()) {
    draw(reinterpret_cast<T*>(self.impl().data()), self.numel());
    return;
  }
  const Tensor ordered =
      kernels::in_memory_order(self, kernels::memory_order(self.sizes(), self.strides()));
  const Tensor values = kernels::make_array(ordered.impl().sizes(), self.dtype());
  draw(reinterpret_cast<T*>(values.impl().data()), values.numel());
  kernels::copy(ordered, values);
}

}  // namespace

Tensor& Tensor::uniform_(double from, double to, std::optional<Generator> generator) const {
  return write_random(Uniform{}, *this, [&] {
    visit_floating(dtype(), "uniform_", [&]<class T>(TypeTag<T>) {
      fill_in_memory_order<T>(*this, [&](T* data, int64_t n) {
        kernels::uniform(data, n, from, to, chosen(generator));
      });
    });
  });
}

Tensor& Tensor::normal_(double mean, double std, std::optional<Generator> generator) const {
  return write_random(Normal{}, *this, [&] {
    visit_floating(dtype(), "normal_", [&]<class T>(TypeTag<T>) {
      const bool dense = is_contiguous();
      fill_in_memory_order<T>(*this, [&](T* data, int64_t n) {
        if (dense) {
          kernels::normal(data, n, mean, std, chosen(generator));
        } else {
          kernels::normal_serial(data, n, mean, std, chosen(generator));
        }
      });
    });
  });
}

Tensor& Tensor::exponential_(double lambd, std::optional<Generator> generator) const {
  return write_random(Exponential{}, *this, [&] {
    visit_floating(dtype(), "exponential_", [&]<class T>(TypeTag<T>) {
      fill_in_memory_order<T>(*this, [&](T* data, int64_t n) {
        kernels::exponential(data, n, lambd, chosen(generator));
      });
    });
  });
}

Tensor& Tensor::log_normal_(double mean, double std, std::optional<Generator> generator) const {
  return write_random(LogNormal{}, *this, [&] {
    visit_floating(dtype(), "log_normal_", [&]<class T>(TypeTag<T>) {
      fill_in_memory_order<T>(*this, [&](T* data, int64_t n) {
        kernels::log_normal(data, n, mean, std, chosen(generator));
      });
    });
  });
}

Tensor& Tensor::cauchy_(double median, double sigma, std::optional<Generator> generator) const {
  return write_random(Cauchy{}, *this, [&] {
    visit_floating(dtype(), "cauchy_", [&]<class T>(TypeTag<T>) {
      fill_in_memory_order<T>(*this, [&](T* data, int64_t n) {
        kernels::cauchy(data, n, median, sigma, chosen(generator));
      });
    });
  });
}

Tensor& Tensor::geometric_(double p, std::optional<Generator> generator) const {
  return write_random(Geometric{}, *this, [&] {
    visit_dtype(dtype(), [&]<class T>(TypeTag<T>) {
      GRADTAPE_CHECK((!std::is_same_v<T, bool>), "\"geometric_\" not implemented for 'Bool'");
      if constexpr (!std::is_same_v<T, bool>) {
        fill_in_memory_order<T>(
            *this, [&](T* data, int64_t n) { kernels::geometric(data, n, p, chosen(generator)); });
      }
    });
  });
}

Tensor& Tensor::bernoulli_(double p, std::optional<Generator> generator) const {
  return write_random(Bernoulli{}, *this, [&] {
    visit_dtype(dtype(), [&]<class T>(TypeTag<T>) {
      fill_in_memory_order<T>(
          *this, [&](T* data, int64_t n) { kernels::bernoulli(data, n, p, chosen(generator)); });
    });
  });
}

Tensor& Tensor::bernoulli_(const Tensor& p, std::optional<Generator> generator) const {
  const Tensor wide = p.detach().expand(sizes());
  auto draw = [&] {
    const Tensor read = kernels::out_of_reach(wide, *this, /*in_step=*/true);
    const DimVector order = kernels::memory_order(sizes(), strides());
    const Tensor dense = is_contiguous() ? kernels::dense(read)
                                         : kernels::dense(kernels::in_memory_order(read, order));
    visit_floating(p.dtype(), "bernoulli_ of probabilities", [&]<class P>(TypeTag<P>) {
      visit_dtype(dtype(), [&]<class T>(TypeTag<T>) {
        fill_in_memory_order<T>(*this, [&](T* data, int64_t n) {
          kernels::bernoulli(data, n, reinterpret_cast<const P*>(dense.impl().data()),
                             chosen(generator));
        });
      });
    });
  };
  return write_random(Bernoulli{}, *this, draw, wide);
}

Tensor& Tensor::random_(std::optional<Generator> generator) const {
  return write_random(Random{}, *this, [&] {
    visit_dtype(dtype(), [&]<class T>(TypeTag<T>) {
      fill_in_memory_order<T>(
          *this, [&](T* data, int64_t n) { kernels::random(data, n, chosen(generator)); });
    });
  });
}

Tensor& Tensor::random_(int64_t to, std::optional<Generator> generator) const {
  return random_(0, to, std::move(generator));
}

Tensor& Tensor::random_(int64_t from, std::optional<int64_t> to,
                        std::optional<Generator> generator) const {
  return write_random(Random{}, *this, [&] {
    visit_dtype(dtype(), [&]<class T>(TypeTag<T>) {
      fill_in_memory_order<T>(*this, [&](T* data, int64_t n) {
        if (to) {
          kernels::random_from_to(data, n, from, *to, chosen(generator));
        } else {
          kernels::random_from(data, n, from, chosen(generator));
        }
      });
    });
  });
}

Tensor Tensor::bernoulli(std::optional<Generator> generator) const {
  return gradtape::bernoulli(*this, std::move(generator));
}
Tensor Tensor::bernoulli(double p, std::optional<Generator> generator) const {
  return gradtape::bernoulli(*this, p, std::move(generator));
}

namespace {

// A fresh tensor, filled before it may want a gradient.
template <class Fill>
Tensor made(IntArrayRef sizes, const TensorOptions& options, const Fill& fill) {
  Tensor result = empty(sizes, options.dtype());
  fill(result);
  if (options.requires_grad()) result.requires_grad_(true);
  return result;
}

template <class Fill>
Tensor made_like(const Tensor& other, const TensorOptions& options, const Fill& fill) {
  Tensor result = empty_like(other, options.requires_grad(false));
  fill(result);
  if (options.requires_grad()) result.requires_grad_(true);
  return result;
}

}  // namespace

Tensor rand(IntArrayRef sizes, TensorOptions options) { return rand(sizes, {}, options); }
Tensor rand(IntArrayRef sizes, std::optional<Generator> generator, TensorOptions options) {
  return made(sizes, options, [&](Tensor& t) { t.uniform_(0, 1, generator); });
}
Tensor randn(IntArrayRef sizes, TensorOptions options) { return randn(sizes, {}, options); }
Tensor randn(IntArrayRef sizes, std::optional<Generator> generator, TensorOptions options) {
  return made(sizes, options, [&](Tensor& t) { t.normal_(0, 1, generator); });
}

Tensor randint(int64_t high, IntArrayRef sizes, TensorOptions options) {
  return randint(0, high, sizes, std::nullopt, options);
}
Tensor randint(int64_t high, IntArrayRef sizes, std::optional<Generator> generator,
               TensorOptions options) {
  return randint(0, high, sizes, std::move(generator), options);
}
Tensor randint(int64_t low, int64_t high, IntArrayRef sizes, TensorOptions options) {
  return randint(low, high, sizes, std::nullopt, options);
}
Tensor randint(int64_t low, int64_t high, IntArrayRef sizes, std::optional<Generator> generator,
               TensorOptions options) {
  return made(sizes, options, [&](Tensor& t) { t.random_(low, high, generator); });
}

Tensor randperm(int64_t n, TensorOptions options) { return randperm(n, std::nullopt, options); }
Tensor randperm(int64_t n, std::optional<Generator> generator, TensorOptions options) {
  return made(n, options, [&](Tensor& t) {
    GRADTAPE_CHECK(t.dtype() != kBool, "\"randperm\" not implemented for 'Bool'");
    visit_dtype(t.dtype(), [&]<class T>(TypeTag<T>) {
      if constexpr (!std::is_same_v<T, bool>) {
        kernels::randperm(reinterpret_cast<T*>(t.impl().data()), n, chosen(generator));
      }
    });
  });
}

Tensor rand_like(const Tensor& other, TensorOptions options) {
  return made_like(other, options, [](Tensor& t) { t.uniform_(); });
}
Tensor randn_like(const Tensor& other, TensorOptions options) {
  return made_like(other, options, [](Tensor& t) { t.normal_(); });
}
Tensor randint_like(const Tensor& other, int64_t low, int64_t high, TensorOptions options) {
  return made_like(other, options, [&](Tensor& t) { t.random_(low, high); });
}

// As in PyTorch the draw is recorded, with a gradient of zero, and row-major whatever p is.
Tensor bernoulli(const Tensor& p, std::optional<Generator> generator) {
  Tensor result = empty(p.sizes(), p.dtype());
  result.bernoulli_(p, std::move(generator));
  return record(Bernoulli{}, std::move(result), p);
}

Tensor bernoulli(const Tensor& self, double p, std::optional<Generator> generator) {
  Tensor result = empty_like(self);
  result.bernoulli_(p, std::move(generator));
  return record(Bernoulli{}, std::move(result), self);
}

Tensor normal(double mean, double std, IntArrayRef sizes, std::optional<Generator> generator,
              TensorOptions options) {
  return made(sizes, options, [&](Tensor& t) { t.normal_(mean, std, generator); });
}

}  // namespace gradtape
