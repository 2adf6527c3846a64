#include "gradtape/gradcheck/gradcheck.h"

#include <cmath>

#include "kernels/base/array.h"

#include "gradtape/autograd/autograd.h"
#include "gradtape/ops/factory.h"

namespace gradtape::autograd {
namespace {

// The place in memory of element i, counted in row-major order.
double* element(const Tensor& tensor, int64_t i) {
  double* place = tensor.data_ptr<double>();
  for (int64_t dim = tensor.dim(); dim-- > 0;) {
    const int64_t size = tensor.sizes()[dim];
    place += i % size * tensor.strides()[dim];
    i /= size;
  }
  return place;
}

class Check {
 public:
  Check(const GradcheckFunction& f, const variable_list& inputs, const GradcheckOptions& options)
      : f_(f), inputs_(inputs), options_(options) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      const Tensor& input = inputs[i];
      if (!input.defined() || !input.requires_grad()) continue;
      GRADTAPE_CHECK(input.is_leaf() && input.dtype() == kFloat64,
                     "gradcheck: inputs that require a gradient must be float64 leaves; input ", i,
                     " is ", input.dtype(), " ", input.sizes(), input.is_leaf() ? "" : ", no leaf");
      for (int64_t dim = 0; dim < input.dim(); ++dim) {
        GRADTAPE_CHECK(input.sizes()[dim] <= 1 || input.strides()[dim] != 0,
                       "gradcheck: no two entries of an input may share memory; input ", i,
                       " has sizes ", input.sizes(), " and strides ", input.strides());
      }
      checked_.push_back(i);
    }
    GRADTAPE_CHECK(!checked_.empty(),
                   "gradcheck expects at least one input tensor to require gradient, but none of "
                   "the ",
                   inputs.size(), " do");
  }

  // Empty if all is well, else what is wrong.
  std::string run() {
    outputs_ = f_(inputs_);
    for (size_t o = 0; o < outputs_.size(); ++o) {
      if (!outputs_[o].defined() || !outputs_[o].requires_grad()) continue;
      std::string wrong = check_replay(o);
      if (wrong.empty()) wrong = options_.fast_mode ? check_projection(o) : check_entries(o);
      if (!wrong.empty()) return wrong;
    }
    return {};
  }

 private:
  variable_list leaves() const {
    variable_list result;
    for (const size_t i : checked_) result.push_back(inputs_[i]);
    return result;
  }

  variable_list analytic(size_t o, const Tensor& grad) const {
    variable_list grads = grad_of(o, grad);
    for (size_t k = 0; k < grads.size(); ++k) {
      if (!grads[k].defined()) grads[k] = zeros(inputs_[checked_[k]].sizes(), kFloat64);
    }
    return grads;
  }
  variable_list grad_of(size_t o, const Tensor& grad) const {
    return autograd::grad({outputs_[o]}, leaves(), {grad}, /*retain_graph=*/true,
                          /*create_graph=*/false, /*allow_unused=*/true);
  }

  std::vector<double> values(size_t o) const {
    const Tensor dense = kernels::dense(f_(inputs_)[o].detach(), kFloat64);
    const double* data = dense.data_ptr<double>();
    return {data, data + dense.numel()};
  }

  // What every gradient must do whatever its values are.
  std::string check_replay(size_t o) {
    const Tensor& output = outputs_[o];
    const Tensor grad = randn(output.sizes(), generator_, kFloat64);
    const variable_list first = grad_of(o, grad), second = grad_of(o, grad);
    const variable_list zero = grad_of(o, zeros(output.sizes(), output.options()));
    const variable_list strided = grad_of(o, with_other_strides(grad));
    for (size_t k = 0; k < first.size(); ++k) {
      const Tensor& input = inputs_[checked_[k]];
      const std::string where = str("output ", o, " with respect to input ", checked_[k]);
      if (zero[k].defined() && zero[k].ne(0).any().item<bool>()) {
        return "gradcheck: a zero output gradient must give zero; it did not for " + where;
      }
      if (!first[k].defined()) continue;
      if (!first[k].sizes().equals(input.sizes()) || first[k].dtype() != input.dtype()) {
        return str("gradcheck: a gradient must have its input's shape and dtype; got ",
                   first[k].dtype(), " ", first[k].sizes(), " for ", input.dtype(), " ",
                   input.sizes(), ", ", where);
      }
      if (!first[k].equal(second[k])) {
        return "gradcheck: backward is not reentrant: it gave two results for " + where;
      }
      if (!first[k].allclose(strided[k], 1e-9, 1e-12)) {
        return "gradcheck: an output gradient with other strides gave another result for " + where;
      }
    }
    return {};
  }

  // The same values, every second element of a buffer, axes in reverse order.
  static Tensor with_other_strides(const Tensor& grad) {
    DimVector sizes(grad.sizes()), strides(grad.sizes().size());
    int64_t stride = 2;
    for (size_t i = 0; i < sizes.size(); ++i) {
      strides[i] = stride;
      stride *= std::max<int64_t>(sizes[i], 1);
    }
    Tensor buffer = zeros({stride}, grad.options());
    Tensor result = kernels::window(buffer, sizes, strides, 0);
    kernels::copy(result, grad);
    return result;
  }

  std::string check_entries(size_t o) {
    const int64_t count = outputs_[o].numel();
    std::vector<variable_list> rows;  // of the Jacobian
    for (int64_t j = 0; j < count; ++j) {
      Tensor unit = zeros(outputs_[o].sizes(), kFloat64);
      *element(unit, j) = 1;
      rows.push_back(analytic(o, unit));
    }
    for (size_t k = 0; k < checked_.size(); ++k) {
      const Tensor& input = inputs_[checked_[k]];
      for (int64_t i = 0; i < input.numel(); ++i) {
        double* place = element(input, i);
        const double x = *place;
        *place = x + options_.eps;
        const std::vector<double> above = values(o);
        *place = x - options_.eps;
        const std::vector<double> below = values(o);
        *place = x;
        for (int64_t j = 0; j < count; ++j) {
          const double numeric = (above[j] - below[j]) / (2 * options_.eps);
          const double given = *element(rows[j][k], i);
          if (!close(given, numeric)) {
            return str("Jacobian mismatch for output ", o, " with respect to input ", checked_[k],
                       ": d output[", j, "] / d input[", i, "], numerical ", numeric,
                       ", analytical ", given, " (output ", outputs_[o].sizes(), ", input ",
                       input.sizes(), ", input value ", x, ")");
          }
        }
      }
    }
    return {};
  }

  std::string check_projection(size_t o) {
    const Tensor v = randn(outputs_[o].sizes(), generator_, kFloat64);
    const variable_list grads = analytic(o, v);
    for (size_t k = 0; k < checked_.size(); ++k) {
      const Tensor& input = inputs_[checked_[k]];
      const Tensor u = randn(input.sizes(), generator_, kFloat64);
      const Tensor before =
          kernels::dense(input).is_same(input) ? input.detach().clone() : kernels::dense(input);
      double given = 0;
      for (int64_t i = 0; i < u.numel(); ++i) given += *element(u, i) * *element(grads[k], i);
      const auto project = [&](double step) {
        for (int64_t i = 0; i < u.numel(); ++i) {
          *element(input, i) = *element(before, i) + step * *element(u, i);
        }
        const std::vector<double> y = values(o);
        double sum = 0;
        for (size_t j = 0; j < y.size(); ++j) sum += y[j] * *element(v, static_cast<int64_t>(j));
        return sum;
      };
      const double numeric = (project(options_.eps) - project(-options_.eps)) / (2 * options_.eps);
      project(0);
      if (!close(given, numeric)) {
        return str("Jacobian mismatch for output ", o, " with respect to input ", checked_[k],
                   " along random u, v: numerical ", numeric, ", analytical ", given);
      }
    }
    return {};
  }

  bool close(double given, double numeric) const {
    return std::fabs(given - numeric) <= options_.atol + options_.rtol * std::fabs(numeric);
  }

  const GradcheckFunction& f_;
  const variable_list& inputs_;
  const GradcheckOptions& options_;
  std::vector<size_t> checked_;
  variable_list outputs_;
  Generator generator_{20260101};  // its own, so that a check does not move the default one
};

bool report(const std::string& wrong, const GradcheckOptions& options) {
  if (wrong.empty()) return true;
  if (options.raise_exception) throw Error(wrong);
  return false;
}

}  // namespace

bool gradcheck(const GradcheckFunction& f, const variable_list& inputs,
               const GradcheckOptions& options) {
  const AutoGradMode recording(true);
  return report(Check(f, inputs, options).run(), options);
}

bool gradgradcheck(const GradcheckFunction& f, const variable_list& inputs,
                   const variable_list& grad_outputs, const GradcheckOptions& options) {
  const AutoGradMode recording(true);
  const auto differentiable = [](const variable_list& outputs) {
    variable_list result;
    for (const Tensor& output : outputs) {
      if (output.defined() && output.requires_grad()) result.push_back(output);
    }
    return result;
  };
  variable_list all = inputs;
  if (grad_outputs.empty()) {
    Generator generator(20260102);
    for (const Tensor& output : differentiable(f(inputs))) {
      all.push_back(randn(output.sizes(), generator, output.options()).requires_grad_());
    }
  } else {
    all.insert(all.end(), grad_outputs.begin(), grad_outputs.end());
  }
  if (all.size() == inputs.size())
    return report("gradgradcheck: no output has a gradient", options);
  const GradcheckFunction gradient = [&](const variable_list& arguments) {
    const auto middle = arguments.begin() + static_cast<int64_t>(inputs.size());
    const variable_list at(arguments.begin(), middle);
    variable_list leaves;
    for (const Tensor& input : at) {
      if (input.defined() && input.requires_grad()) leaves.push_back(input);
    }
    variable_list grads =
        autograd::grad(differentiable(f(at)), leaves, {middle, arguments.end()},
                       /*retain_graph=*/true, /*create_graph=*/true, /*allow_unused=*/true);
    for (size_t i = 0; i < grads.size(); ++i) {
      if (!grads[i].defined()) grads[i] = zeros_like(leaves[i]);
    }
    return grads;
  };
  return report(Check(gradient, all, options).run(), options);
}

}  // namespace gradtape::autograd
