#include "autograd/gradient_table.h"

using namespace gradtape;
using namespace gradtape::testing;
using namespace gradtape::indexing;

// Views, joins and indexing.
namespace {

using autograd::GradcheckFunction;

std::vector<Sample> shapes(std::initializer_list<std::vector<int64_t>> sizes) {
  std::vector<Sample> samples;
  for (const IntArrayRef size : sizes) samples.push_back({str(size), {values(size)}});
  return samples;
}

const Tensor kRows = tensor({2, 0, 2});
const Tensor kMask = tensor({{true, false, true}, {false, false, true}});

template <class F>
GradcheckFunction one(F f) {
  return [f](const Inputs& x) { return Inputs{f(x[0])}; };
}

const GradientEntry kViews[] = {
    {"view", one([](const Tensor& x) { return x.contiguous().view({-1}); }), unary()},
    {"reshape", one([](const Tensor& x) { return x.reshape({x.numel()}); }), unary()},
    {"flatten", one([](const Tensor& x) { return x.flatten(); }), unary()},
    {"unflatten", one([](const Tensor& x) {
       return x.unflatten(1, {2, 2});
     }),
     shapes({{2, 4}, {1, 4, 2}})},
    {"transpose", one([](const Tensor& x) { return x.transpose(0, -1); }), unary()},
    {"permute", one([](const Tensor& x) {
       return x.permute({2, 0, 1});
     }),
     shapes({{2, 3, 2}, {0, 1, 2}})},
    {"movedim", one([](const Tensor& x) { return x.movedim(0, -1); }), unary()},
    {"t", one([](const Tensor& x) { return x.t(); }), shapes({{}, {3}, {2, 3}})},
    {"expand", one([](const Tensor& x) {
       return x.expand({2, 2, 3});
     }),
     shapes({{3}, {1}, {2, 1}, {1, 2, 3}})},
    {"broadcast_tensors",
     [](const Inputs& x) {
       return broadcast_tensors({x[0], x[1]});
     },
     binary()},
    {"squeeze", one([](const Tensor& x) { return x.squeeze(); }), unary()},
    {"squeeze", one([](const Tensor& x) { return x.squeeze(0); }), unary()},
    {"unsqueeze", one([](const Tensor& x) { return x.unsqueeze(-1); }), unary()},
    {"select", one([](const Tensor& x) { return x.select(1, -1); }), shapes({{2, 3}, {1, 2, 2}})},
    {"slice", one([](const Tensor& x) { return x.slice(-1, 1, std::nullopt, 2); }),
     shapes({{5}, {2, 4}, {2, 0}, {1}})},
    {"narrow", one([](const Tensor& x) { return x.narrow(0, 1, 2); }), shapes({{3}, {3, 2}})},
    {"as_strided", one([](const Tensor& x) {
       return x.contiguous().as_strided({2, 3}, {1, 1});
     }),
     shapes({{4}, {2, 3}})},
    {"diagonal", one([](const Tensor& x) { return x.diagonal(1, -2, -1); }),
     shapes({{3, 3}, {2, 2, 4}, {3, 1}})},
    {"unfold", one([](const Tensor& x) { return x.unfold(0, 3, 1); }), shapes({{5}, {4, 2}})},
    {"split", [](const Inputs& x) { return x[0].split(2, 0); }, shapes({{5}, {4, 2}})},
    {"split_with_sizes",
     [](const Inputs& x) {
       return x[0].split_with_sizes({1, 0, 2});
     },
     shapes({{3}, {3, 2}})},
    {"chunk", [](const Inputs& x) { return x[0].chunk(2, -1); }, shapes({{5}, {2, 4}})},
    {"unbind", [](const Inputs& x) { return x[0].unbind(-1); }, shapes({{3}, {2, 3}})},
};
const AddToGradientTable kAddViews(kViews);

const GradientEntry kJoins[] = {
    {"cat, concat",
     [](const Inputs& x) {
       return Inputs{cat({x[0], x[1], x[0]}, -1)};
     },
     {{"vectors", {values({2}), values({3})}},
      {"matrices", {values({2, 2}), values({2, 1})}},
      {"the same tensor twice", {values({2, 2})}, true}}},
    {"stack",
     [](const Inputs& x) {
       return Inputs{stack({x[0], x[1]}, 1)};
     },
     {{"vectors", {values({2}), values({2})}}, {"twice", {values({2, 3})}, true}}},
    {"hstack",
     [](const Inputs& x) {
       return Inputs{hstack({x[0], x[1]})};
     },
     {{"0-d", {values({}), values({2})}}, {"matrices", {values({2, 2}), values({2, 1})}}}},
    {"vstack",
     [](const Inputs& x) {
       return Inputs{vstack({x[0], x[1]})};
     },
     {{"rows", {values({2}), values({1, 2})}}}},
    {"repeat", one([](const Tensor& x) {
       return x.repeat({2, 1, 2});
     }),
     shapes({{}, {2}, {2, 3}})},
    {"tile", one([](const Tensor& x) { return tile(x, {2}); }), shapes({{}, {2}, {2, 3}})},
    {"flip", one([](const Tensor& x) {
       return x.flip({0, -1});
     }),
     shapes({{2, 3}, {2, 1, 3}})},
    {"roll", one([](const Tensor& x) { return x.roll({1}, {-1}); }), shapes({{3}, {2, 3}})},
    {"roll", one([](const Tensor& x) { return x.roll({2}); }), unary()},
    {"meshgrid",
     [](const Inputs& x) {
       return meshgrid({x[0], x[1]});
     },
     {{"vectors", {values({2}), values({3})}}}},
};
const AddToGradientTable kAddJoins(kJoins);

const GradientEntry kIndices[] = {
    {"index", one([](const Tensor& x) -> Tensor { return x.index({kRows}); }),
     shapes({{3}, {3, 2}})},
    {"index", one([](const Tensor& x) -> Tensor {
       return x.index({Slice(), kRows, None, kRows});
     }),
     shapes({{2, 3, 3}})},
    {"index", one([](const Tensor& x) -> Tensor {
       return x.index({kRows, "...", kRows});
     }),
     shapes({{3, 2, 3}})},
    {"index", one([](const Tensor& x) -> Tensor { return x.index({kMask}); }), shapes({{2, 3, 2}})},
    {"index_put",
     [](const Inputs& x) {
       return Inputs{index_put(x[0], {tensor({2, 0})}, x[1])};
     },
     {{"rows", {values({3, 2}), values({2, 2})}}, {"broadcast", {values({3, 2}), values({2})}}}},
    {"index_put",
     [](const Inputs& x) { return Inputs{index_put(x[0], {kRows}, x[1], true)}; },
     {{"accumulated", {values({3, 2}), values({3, 2})}}, {"0-d", {values({3}), values({})}}}},
    {"index_select", one([](const Tensor& x) { return x.index_select(0, kRows); }),
     shapes({{3}, {3, 2}})},
    {"index_add",
     [](const Inputs& x) { return Inputs{index_add(x[0], 0, kRows, x[1])}; },
     {{"rows", {values({3, 2}), values({3, 2})}}, {"vector", {values({3}), values({3})}}}},
    {"gather", one([](const Tensor& x) {
       return x.gather(0, tensor({{0, 1}, {0, 0}}));
     }),
     shapes({{2, 2}, {3, 3}})},
    {"scatter",
     [](const Inputs& x) {
       return Inputs{scatter(x[0], 1, tensor({{0, 2}, {1, 0}}), x[1])};
     },
     {{"same size", {values({2, 3}), values({2, 2})}},
      {"larger source", {values({2, 3}), values({3, 3})}}}},
    {"scatter", one([](const Tensor& x) {
       return scatter(x, 1, tensor({{0}, {1}}), 2);
     }),
     shapes({{2, 3}})},
    {"scatter_add",
     [](const Inputs& x) {
       return Inputs{scatter_add(x[0], 1, tensor({{0, 0}, {1, 0}}), x[1])};
     },
     {{"same size", {values({2, 3}), values({2, 2})}},
      {"larger source", {values({2, 3}), values({2, 3})}}}},
    {"masked_fill", one([](const Tensor& x) { return x.masked_fill(kMask, 2); }),
     shapes({{2, 3}, {3}, {}})},
    {"masked_fill",
     [](const Inputs& x) { return Inputs{masked_fill(x[0], kMask, x[1])}; },
     {{"0-d value", {values({2, 3}), values({})}}}},
    {"masked_select", one([](const Tensor& x) { return x.masked_select(kMask); }),
     shapes({{2, 3}, {3}})},
    {"where",
     [](const Inputs& x) { return Inputs{where(kMask, x[0], x[1])}; },
     {{"same shape", {values({2, 3}), values({2, 3})}},
      {"broadcast", {values({3}), values({2, 1})}},
      {"twice", {values({2, 3})}, true}}},
    {"where", one([](const Tensor& x) { return where(kMask, 1, x); }), shapes({{2, 3}})},
    {"take", one([](const Tensor& x) {
       return take(x, tensor({{-1, 0}, {0, 1}}));
     }),
     shapes({{3}, {2, 2}})},
    {"tril", one([](const Tensor& x) { return x.tril(1); }), shapes({{3, 3}, {2, 2, 3}})},
    {"triu", one([](const Tensor& x) { return x.triu(-1); }), shapes({{3, 3}, {2, 3, 2}})},
    {"diag", one([](const Tensor& x) { return x.diag(1); }), shapes({{3}, {2, 3}})},
    {"embedding", one([](const Tensor& x) {
       return embedding(x, tensor({{1, 0}, {1, 2}}));
     }),
     shapes({{3, 2}})},
};
const AddToGradientTable kAddIndices(kIndices);

}  // namespace
