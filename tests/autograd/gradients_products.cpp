#include "autograd/gradient_table.h"

namespace gradtape::testing {
namespace {

// One sample of tensors of these shapes.
Sample shaped(const std::vector<std::vector<int64_t>>& shapes) {
  Sample sample{"", {}};
  for (const auto& sizes : shapes) {
    sample.what += str(sample.what.empty() ? "" : " x ", IntArrayRef(sizes));
    sample.inputs.push_back(values(sizes));
  }
  return sample;
}

// The same random numbers whenever it is called.
template <class F>
autograd::GradcheckFunction seeded(F f) {
  return [f](const Inputs& x) {
    manual_seed(3);
    return Inputs{f(x[0])};
  };
}

const GradientEntry kProducts[] = {
    {"mm",
     [](const Inputs& x) { return Inputs{mm(x[0], x[1])}; },
     {shaped({{2, 3}, {3, 4}}), shaped({{1, 1}, {1, 1}}), shaped({{0, 3}, {3, 2}}),
      shaped({{2, 0}, {0, 2}}), shaped({{9, 17}, {17, 5}})}},
    {"mm",
     [](const Inputs& x) { return Inputs{mm(x[0], x[1])}; },
     {{"the same twice", {values({3, 3})}, /*twice=*/true}}},
    {"bmm",
     [](const Inputs& x) { return Inputs{bmm(x[0], x[1])}; },
     {shaped({{2, 2, 3}, {2, 3, 2}}), shaped({{0, 2, 3}, {0, 3, 2}})}},
    {"mv", [](const Inputs& x) { return Inputs{mv(x[0], x[1])}; }, {shaped({{2, 3}, {3}})}},
    {"dot",
     [](const Inputs& x) { return Inputs{dot(x[0], x[1])}; },
     {shaped({{3}, {3}}), shaped({{0}, {0}}), {"the same twice", {values({4})}, /*twice=*/true}}},
    {"outer", [](const Inputs& x) { return Inputs{outer(x[0], x[1])}; }, {shaped({{2}, {3}})}},
    {"addmm",
     [](const Inputs& x) { return Inputs{addmm(x[0], x[1], x[2], 0.5, -2)}; },
     {shaped({{2, 4}, {2, 3}, {3, 4}}), shaped({{4}, {2, 3}, {3, 4}}),
      shaped({{}, {2, 3}, {3, 4}})}},
    {"baddbmm",
     [](const Inputs& x) { return Inputs{baddbmm(x[0], x[1], x[2], 0.5, -2)}; },
     {shaped({{2, 2, 2}, {2, 2, 3}, {2, 3, 2}}), shaped({{2}, {2, 2, 3}, {2, 3, 2}})}},
    {"matmul",
     [](const Inputs& x) { return Inputs{matmul(x[0], x[1])}; },
     {shaped({{3}, {3}}), shaped({{2, 3}, {3}}), shaped({{3}, {3, 2}}), shaped({{2, 3}, {3, 2}}),
      shaped({{2, 2, 3}, {3, 2}}), shaped({{2, 3}, {2, 3, 2}}), shaped({{2, 1, 2, 3}, {2, 3, 2}}),
      shaped({{3}, {2, 3, 2}}), shaped({{2, 2, 3}, {3}}), shaped({{0, 2, 3}, {3, 2}})}},
    {"linear",
     [](const Inputs& x) { return Inputs{linear(x[0], x[1], x[2])}; },
     {shaped({{2, 3}, {4, 3}, {4}}), shaped({{3}, {4, 3}, {4}}), shaped({{2, 2, 3}, {4, 3}, {4}}),
      shaped({{0, 3}, {4, 3}, {4}})}},
    {"linear",
     [](const Inputs& x) { return Inputs{linear(x[0], x[1])}; },
     {shaped({{2, 3}, {4, 3}}), shaped({{2, 2, 3}, {4, 3}})}},
};
const AddToGradientTable kAddProducts(kProducts);

const GradientEntry kConvolutions[] = {
    {"conv2d",
     [](const Inputs& x) { return Inputs{conv2d(x[0], x[1], x[2], 1, 1)}; },
     {shaped({{2, 2, 3, 3}, {2, 2, 2, 2}, {2}}), shaped({{1, 1, 2, 2}, {1, 1, 3, 3}, {1}}),
      shaped({{2, 3, 4}, {2, 2, 3, 3}, {2}}), shaped({{0, 2, 3, 3}, {2, 2, 2, 2}, {2}})}},
    {"conv2d",
     [](const Inputs& x) {
       return Inputs{conv2d(x[0], x[1], {}, {2, 1}, {1, 2}, {1, 2}, 2)};
     },
     {shaped({{1, 4, 4, 5}, {2, 2, 2, 2}})}},
    {"conv2d",
     [](const Inputs& x) { return Inputs{conv2d(x[0], x[1], x[2], 1, "same")}; },
     {shaped({{1, 2, 3, 4}, {2, 2, 2, 3}, {2}})}},
    {"conv1d",
     [](const Inputs& x) { return Inputs{conv1d(x[0], x[1], x[2], 2, 1)}; },
     {shaped({{2, 2, 5}, {3, 2, 3}, {3}}), shaped({{2, 5}, {3, 2, 3}, {3}})}},
    {"max_pool2d, max_pool2d_with_indices",
     [](const Inputs& x) { return Inputs{max_pool2d(x[0], 2)}; },
     {shaped({{1, 2, 4, 4}}), shaped({{2, 4, 5}}), shaped({{0, 2, 4, 4}})}},
    {"max_pool2d, max_pool2d_with_indices",
     [](const Inputs& x) {
       return Inputs{std::get<0>(max_pool2d_with_indices(x[0], {3, 2}, {2, 1}, 1, {1, 2}, true))};
     },
     {shaped({{1, 2, 5, 6}})}},
    {"max_pool1d, max_pool1d_with_indices",
     [](const Inputs& x) { return Inputs{max_pool1d(x[0], 3, 2, 1)}; },
     {shaped({{2, 2, 6}})}},
    {"avg_pool2d",
     [](const Inputs& x) { return Inputs{avg_pool2d(x[0], 2)}; },
     {shaped({{1, 2, 4, 4}}), shaped({{2, 4, 5}})}},
    {"avg_pool2d",
     [](const Inputs& x) {
       return Inputs{avg_pool2d(x[0], {3, 2}, {2, 1}, 1, true, false)};
     },
     {shaped({{1, 2, 5, 4}})}},
    {"avg_pool1d",
     [](const Inputs& x) { return Inputs{avg_pool1d(x[0], 3, 2, 1)}; },
     {shaped({{2, 2, 6}})}},
    {"adaptive_avg_pool2d",
     [](const Inputs& x) {
       return Inputs{adaptive_avg_pool2d(x[0], {2, 3})};
     },
     {shaped({{1, 2, 3, 5}}), shaped({{2, 4, 4}})}},
    {"adaptive_avg_pool1d",
     [](const Inputs& x) { return Inputs{adaptive_avg_pool1d(x[0], 2)}; },
     {shaped({{2, 2, 5}})}},
};
const AddToGradientTable kAddConvolutions(kConvolutions);

const GradientEntry kLayers[] = {
    {"batch_norm",
     [](const Inputs& x) {
       return Inputs{batch_norm(x[0], x[1], x[2], {}, {}, /*training=*/true, 0.1, 1e-5)};
     },
     {shaped({{4, 2}, {2}, {2}}), shaped({{2, 2, 3}, {2}, {2}}), shaped({{2, 2, 2, 2}, {2}, {2}})},
     1e-3},
    {"batch_norm",
     [](const Inputs& x) {
       return Inputs{batch_norm(x[0], {}, {}, {}, {}, /*training=*/true, 0.1, 1e-5)};
     },
     {shaped({{4, 3}})},
     1e-3},
    {"batch_norm",
     [](const Inputs& x) {
       const Tensor mean = tensor({0.5, -0.5}).to(x[0].dtype());
       const Tensor var = tensor({1.5, 0.5}).to(x[0].dtype());
       return Inputs{batch_norm(x[0], x[1], x[2], mean, var, /*training=*/false, 0.1, 1e-5)};
     },
     {shaped({{3, 2}, {2}, {2}}), shaped({{2, 2, 2, 2}, {2}, {2}})}},
    {"layer_norm",
     [](const Inputs& x) { return Inputs{layer_norm(x[0], x[1].sizes(), x[1], x[2])}; },
     {shaped({{3, 4}, {4}, {4}}), shaped({{2, 2, 3}, {2, 3}, {2, 3}}), shaped({{5}, {5}, {5}}),
      shaped({{2, 3, 4}, {4}, {4}}), shaped({{0, 3}, {3}, {3}})},
     1e-3},
    {"layer_norm",
     [](const Inputs& x) { return Inputs{layer_norm(x[0], {3}, {}, {}, 0.1)}; },
     {shaped({{4, 3}})}},
    {"dropout", seeded([](const Tensor& x) { return dropout(x, 0.4, true); }), {shaped({{4, 5}})}},
    {"dropout_",
     seeded([](const Tensor& x) {
       Tensor y = x * 1;
       return dropout_(y, 0.4, true);
     }),
     {shaped({{4, 5}})}},
    {"feature_dropout",
     seeded([](const Tensor& x) { return feature_dropout(x, 0.4, true); }),
     {shaped({{2, 3, 2}})}},
    {"feature_dropout_",
     seeded([](const Tensor& x) {
       Tensor y = x * 1;
       return feature_dropout_(y, 0.4, true);
     }),
     {shaped({{2, 3, 2}})}},
    {"gelu", [](const Inputs& x) { return Inputs{gelu(x[0])}; }, unary(-4, 4)},
    {"gelu", [](const Inputs& x) { return Inputs{gelu(x[0], "tanh")}; }, unary(-4, 4)},
    // Away from the kinks at 0.
    {"leaky_relu", [](const Inputs& x) { return Inputs{leaky_relu(x[0], 0.1)}; }, unary(-3, 3, 9)},
    {"leaky_relu_",
     [](const Inputs& x) {
       Tensor y = x[0] * 1;
       return Inputs{leaky_relu_(y, 0.1)};
     },
     unary(-3, 3, 9)},
    {"elu", [](const Inputs& x) { return Inputs{elu(x[0], 1.5)}; }, unary(-3, 3, 9)},
    {"elu_",
     [](const Inputs& x) {
       Tensor y = x[0] * 1;
       return Inputs{elu_(y, 1.5)};
     },
     unary(-3, 3, 9)},
    {"silu", [](const Inputs& x) { return Inputs{silu(x[0])}; }, unary(-4, 4)},
    // Away from the threshold, too.
    {"softplus", [](const Inputs& x) { return Inputs{softplus(x[0], 2, 3)}; }, unary(-3, 3, 1.5)},
};
const AddToGradientTable kAddLayers(kLayers);

const GradientEntry kRecurrent[] = {
    {"lstm",
     [](const Inputs& x) {
       const auto [output, h, c] =
           lstm(x[0], {x[1], x[2]}, {x[3], x[4], x[5], x[6]}, true, 1, 0, true, false, false);
       return Inputs{output, h, c};
     },
     {shaped({{2, 2, 3}, {1, 2, 2}, {1, 2, 2}, {8, 3}, {8, 2}, {8}, {8}}),
      shaped({{1, 1, 1}, {1, 1, 1}, {1, 1, 1}, {4, 1}, {4, 1}, {4}, {4}}),
      shaped({{3, 0, 2}, {1, 0, 1}, {1, 0, 1}, {4, 2}, {4, 1}, {4}, {4}})}},
    {"lstm",
     [](const Inputs& x) {
       const auto [output, h, c] = lstm(x[0], {x[1], x[2]}, {x[3], x[4], x[5], x[6]}, false, 1, 0,
                                        true, /*bidirectional=*/true, /*batch_first=*/true);
       return Inputs{output, h, c};
     },
     {shaped({{2, 2, 3}, {2, 2, 2}, {2, 2, 2}, {8, 3}, {8, 2}, {8, 3}, {8, 2}})}},
    // What is wanted of it may be one of its results only, and a state may be made of the input.
    {"lstm",
     [](const Inputs& x) {
       const auto [output, h, c] =
           lstm(x[0], {x[0].narrow(0, 0, 1), x[1]}, {x[2], x[3]}, false, 1, 0, true, false, false);
       return Inputs{c};
     },
     {shaped({{2, 2, 2}, {1, 2, 2}, {8, 2}, {8, 2}})}},
    {"lstm_cell",
     [](const Inputs& x) {
       const auto [h, c] = lstm_cell(x[0], {x[1], x[2]}, x[3], x[4], x[5], x[6]);
       return Inputs{h, c};
     },
     {shaped({{2, 3}, {2, 2}, {2, 2}, {8, 3}, {8, 2}, {8}, {8}})}},
};
const AddToGradientTable kAddRecurrent(kRecurrent);

}  // namespace
}  // namespace gradtape::testing
