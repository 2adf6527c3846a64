#include "gradtape/nn/modules/recurrent.h"

#include <cmath>

#include "core/checked.h"

#include "gradtape/nn/init.h"
#include "gradtape/ops/factory.h"
#include "gradtape/ops/recurrent.h"
#include "gradtape/ops/view.h"

namespace gradtape::nn {
namespace {

// Names of a cell's parameters, in the order in which they are drawn.
constexpr const char* kNames[] = {"weight_ih", "weight_hh", "bias_ih", "bias_hh"};

void draw(const std::vector<Tensor>& parameters, int64_t hidden_size) {
  const double bound = 1 / std::sqrt(static_cast<double>(hidden_size));
  for (const Tensor& parameter : parameters) init::uniform_(parameter, -bound, bound);
}

void check_hidden(const char* what, const Tensor& state, IntArrayRef sizes) {
  GRADTAPE_CHECK(state.sizes().equals(sizes), "Expected ", what, " size ", sizes, ", got ",
                 state.sizes());
}

}  // namespace

LSTMImpl::LSTMImpl(const LSTMOptions& options_) : options(options_) { reset(); }

void LSTMImpl::reset() {
  const int64_t hidden = options.hidden_size(), directions = options.bidirectional() ? 2 : 1;
  GRADTAPE_CHECK(options.dropout() >= 0 && options.dropout() <= 1,
                 "dropout should be a number in range [0, 1] representing the probability of an "
                 "element being zeroed; got ",
                 options.dropout());
  GRADTAPE_CHECK(hidden > 0, "hidden_size must be greater than zero; got ", hidden);
  GRADTAPE_CHECK(options.num_layers() > 0, "num_layers must be greater than zero; got ",
                 options.num_layers());
  GRADTAPE_CHECK(options.proj_size() == 0, "LSTM: proj_size must be 0; got ", options.proj_size());
  for (int64_t layer = 0; layer < options.num_layers(); ++layer) {
    const int64_t inputs = layer == 0 ? options.input_size() : checked_mul(hidden, directions);
    for (const char* suffix : {"", "_reverse"}) {
      if (*suffix && !options.bidirectional()) continue;
      const auto add = [&](int k, IntArrayRef sizes) {
        register_parameter(str(kNames[k], "_l", layer, suffix), empty(sizes));
      };
      add(0, {checked_mul(4, hidden), inputs});
      add(1, {checked_mul(4, hidden), hidden});
      if (!options.bias()) continue;
      add(2, {checked_mul(4, hidden)});
      add(3, {checked_mul(4, hidden)});
    }
  }
  reset_parameters();
}

void LSTMImpl::reset_parameters() { draw(parameters(), options.hidden_size()); }

std::vector<Tensor> LSTMImpl::all_weights() const { return parameters(); }

void LSTMImpl::pretty_print(std::ostream& stream) const {
  const auto yes = [](bool flag) { return flag ? "true" : "false"; };
  stream << "torch::nn::LSTM(input_size=" << options.input_size()
         << ", hidden_size=" << options.hidden_size() << ", num_layers=" << options.num_layers()
         << ", bias=" << yes(options.bias()) << ", batch_first=" << yes(options.batch_first())
         << ", dropout=" << options.dropout() << ", bidirectional=" << yes(options.bidirectional())
         << ")";
}

std::tuple<Tensor, std::tuple<Tensor, Tensor>> LSTMImpl::forward(
    const Tensor& input, std::optional<std::tuple<Tensor, Tensor>> hx_opt) {
  GRADTAPE_CHECK(input.dim() == 2 || input.dim() == 3, "input must have 3 dimensions, got ",
                 input.dim());
  GRADTAPE_CHECK(input.size(-1) == options.input_size(),
                 "input.size(-1) must be equal to input_size. Expected ", options.input_size(),
                 ", got ", input.size(-1));
  const bool single = input.dim() == 2, batch_first = options.batch_first() && !single;
  const int64_t cells = options.num_layers() * (options.bidirectional() ? 2 : 1);
  DimVector sizes{cells, options.hidden_size()};
  if (!single) sizes.insert(1, input.size(batch_first ? 0 : 1));
  if (!hx_opt) {
    const Tensor first = zeros(sizes, input.dtype());
    hx_opt = {first, first};
  }
  auto [h, c] = *hx_opt;
  check_hidden("hidden[0]", h, sizes);
  check_hidden("hidden[1]", c, sizes);
  if (single) {
    h = h.unsqueeze(1);
    c = c.unsqueeze(1);
  }
  auto [output, h_n, c_n] = lstm(single ? input.unsqueeze(1) : input, {h, c}, all_weights(),
                                 options.bias(), options.num_layers(), options.dropout(),
                                 is_training(), options.bidirectional(), batch_first);
  if (single) return {output.squeeze(1), {h_n.squeeze(1), c_n.squeeze(1)}};
  return {output, {h_n, c_n}};
}

LSTMCellImpl::LSTMCellImpl(const LSTMCellOptions& options_) : options(options_) { reset(); }

void LSTMCellImpl::reset() {
  const int64_t hidden = options.hidden_size();
  GRADTAPE_CHECK(hidden > 0, "hidden_size must be greater than zero; got ", hidden);
  weight_ih = register_parameter(kNames[0], empty({checked_mul(4, hidden), options.input_size()}));
  weight_hh = register_parameter(kNames[1], empty({checked_mul(4, hidden), hidden}));
  const auto bias = [&](const char* name) {
    return register_parameter(name, options.bias() ? empty(checked_mul(4, hidden)) : Tensor(),
                              options.bias());
  };
  bias_ih = bias(kNames[2]);
  bias_hh = bias(kNames[3]);
  reset_parameters();
}

void LSTMCellImpl::reset_parameters() { draw(parameters(), options.hidden_size()); }

void LSTMCellImpl::pretty_print(std::ostream& stream) const {
  stream << "torch::nn::LSTMCell(" << options.input_size() << ", " << options.hidden_size();
  if (!options.bias()) stream << ", bias=false";
  stream << ")";
}

std::tuple<Tensor, Tensor> LSTMCellImpl::forward(const Tensor& input,
                                                 std::optional<std::tuple<Tensor, Tensor>> hx_opt) {
  const int64_t hidden = options.hidden_size();
  GRADTAPE_CHECK(input.dim() == 2, "LSTMCell: input must be [batch, ", options.input_size(),
                 "]; got ", input.sizes());
  GRADTAPE_CHECK(input.size(1) == options.input_size(), "input has inconsistent input_size: got ",
                 input.size(1), " expected ", options.input_size());
  if (!hx_opt) {
    const Tensor first = zeros({input.size(0), hidden}, input.dtype());
    hx_opt = {first, first};
  }
  const auto& [h, c] = *hx_opt;
  for (const auto& [what, state] : {std::pair{"hidden[0]", h}, std::pair{"hidden[1]", c}}) {
    GRADTAPE_CHECK(state.dim() == 2, "LSTMCell: ", what, " must be [batch, ", hidden, "]; got ",
                   state.sizes());
    GRADTAPE_CHECK(state.size(0) == input.size(0), "Input batch size ", input.size(0),
                   " doesn't match ", what, " batch size ", state.size(0));
    GRADTAPE_CHECK(state.size(1) == hidden, what, " has inconsistent hidden_size: got ",
                   state.size(1), ", expected ", hidden);
  }
  return lstm_cell(input, {h, c}, weight_ih, weight_hh, bias_ih, bias_hh);
}

}  // namespace gradtape::nn
