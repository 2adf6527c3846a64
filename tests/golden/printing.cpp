// Records in printing.json, beside this file, how libtorch prints tensors. Built against libtorch
// 1.13.1 (Debian's libtorch-dev), not part of the tests:
//
//     g++ -std=c++17 printing.cpp -o printing -I/usr/include/torch/csrc/api/include \
//         -ltorch -ltorch_cpu -lc10 && ./printing > printing.json
//
// Values are texts, so that nan and inf fit into JSON.
#include <cmath>
#include <iomanip>
#include <iostream>
#include <sstream>

#include <torch/torch.h>

namespace {

using torch::Tensor;

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) result += c == '\n' ? std::string("\\n") : std::string(1, c);
  return result + "\"";
}

void record(const std::string& name, const Tensor& tensor) {
  static bool first = true;
  std::cout << (first ? "" : ",\n") << "  {\"name\": " << quoted(name);
  first = false;
  std::ostringstream text;
  text << tensor;
  if (tensor.defined()) {
    std::cout << ", \"dtype\": " << quoted(c10::toString(tensor.scalar_type())) << ", \"shape\": [";
    for (int64_t i = 0; i < tensor.dim(); ++i) std::cout << (i ? ", " : "") << tensor.size(i);
    std::cout << "], \"values\": [";
    const Tensor flat = tensor.to(torch::kDouble).reshape({-1});
    for (int64_t i = 0; i < flat.numel(); ++i) {
      std::ostringstream value;
      value << std::setprecision(17) << flat[i].item<double>();
      std::cout << (i ? ", " : "") << quoted(value.str());
    }
    std::cout << "]";
  }
  std::cout << ", \"text\": " << quoted(text.str()) << "}";
}

// Numbers that differ in every place and are exact in float.
Tensor ramp(torch::IntArrayRef sizes, double step, double start = 0) {
  int64_t count = 1;
  for (const int64_t size : sizes) count *= size;
  return (torch::arange(count, torch::kDouble) * step + start).to(torch::kFloat).view(sizes);
}

}  // namespace

int main() {
  using torch::arange;
  using torch::tensor;
  std::cout << "{\"source\": \"libtorch 1.13.1 (Debian)\",\n \"tensors\": [\n";
  record("undefined", Tensor());
  record("0-d float", tensor(1.5));
  record("0-d double", tensor(-2.25, torch::kDouble));
  record("0-d int64", tensor(7));
  record("0-d bool", tensor(true));
  record("0-d nan", tensor(NAN));
  record("0-d large", tensor(123456789.0));
  record("empty 1-d", torch::empty({0}));
  record("empty 2-d", torch::empty({0, 3}));
  record("empty 3-d", torch::empty({2, 0, 3}, torch::kLong));
  record("1-d float", tensor({1.5, -2.25, 0.125}));
  record("1-d whole floats", tensor({1., -2., 30.}));
  record("1-d one element", tensor({0.5}));
  record("1-d zeros", torch::zeros({3}));
  record("1-d double", tensor({0.1, 0.2}, torch::kDouble));
  record("1-d int64", tensor({1, -20, 300}));
  record("1-d int32", tensor({1, 2}, torch::kInt));
  record("1-d int16", tensor({-1, 2}, torch::kShort));
  record("1-d int8", tensor({-128, 127}, torch::kChar));
  record("1-d uint8", tensor({0, 255}, torch::kByte));
  record("1-d bool", tensor({true, false}));
  record("1-d large integers", tensor({1, 1000000000}));
  record("1-d huge integers", tensor({int64_t{1}, int64_t{12345678901234}}));
  record("1-d scaled up", tensor({100000.5, 200000.25}));
  record("1-d scaled down", tensor({0.00015, 0.00025}));
  record("1-d wide range", tensor({1e-5, 1e5}));
  record("1-d very wide range", tensor({1e-120, 1e120}, torch::kDouble));
  record("1-d thousands", tensor({1234.5, 5.25}));
  record("1-d nan and inf", tensor({1.5, double(NAN), double(INFINITY), -double(INFINITY)}));
  record("1-d nan among whole numbers", tensor({1., double(NAN), 3.}));
  record("1-d only nan", tensor({double(NAN), double(NAN)}));
  record("1-d only inf", tensor({double(INFINITY), -double(INFINITY)}));
  record("1-d scientific with nan", tensor({1e-5, double(NAN), 1e5}));
  record("1-d whole floats above 1e9", tensor({1e10, 2.}));
  record("2-d float", ramp({2, 3}, 0.25));
  record("2-d whole floats", ramp({2, 3}, 1));
  record("2-d negative", ramp({2, 3}, -0.75));
  record("2-d one row", ramp({1, 4}, 0.5));
  record("2-d one column", ramp({4, 1}, 0.5));
  record("2-d int64", arange(6).view({2, 3}));
  record("2-d bool", arange(4).view({2, 2}).gt(1));
  record("2-d scaled up", ramp({2, 2}, 100000.5, 1));
  record("2-d scaled down", ramp({2, 2}, 0.0001, 0.0001));
  record("2-d scientific", tensor({{1e-6, 1.}, {1e6, 3.}}));
  record("2-d nan and inf", tensor({{double(NAN), 1.}, {-double(INFINITY), 0.25}}));
  record("2-d wide", ramp({3, 20}, 0.25));
  record("2-d wide whole floats", ramp({2, 50}, 1));
  record("2-d wide int64", arange(80).view({2, 40}));
  record("2-d wide scaled", ramp({2, 15}, 100000.5, 1));
  record("2-d wide scientific", ramp({2, 15}, 1e6, 1e-6));
  record("2-d just fits", ramp({2, 8}, 0.25));
  record("2-d just too wide", ramp({2, 9}, 0.25));
  record("2-d transposed", ramp({2, 3}, 0.25).t());
  record("2-d sliced", ramp({4, 6}, 0.25).slice(0, 0, 4, 2).slice(1, 1, 6, 2));
  record("3-d float", ramp({2, 2, 3}, 0.25));
  record("3-d int64", arange(12).view({2, 3, 2}));
  record("3-d scaled", ramp({2, 2, 2}, 100000.5, 1));
  record("3-d each matrix has its own format", tensor({{{1., 2.}}, {{0.5, 1e5}}, {{1e-6, 1e6}}}));
  record("3-d wide", ramp({2, 2, 12}, 0.25));
  record("3-d wide scaled", ramp({1, 2, 15}, 100000.5, 1));
  record("3-d one element", ramp({1, 1, 1}, 1, 0.5));
  record("4-d float", ramp({2, 3, 2, 2}, 0.5));
  record("4-d int32", arange(16).to(torch::kInt).view({2, 2, 2, 2}));
  record("5-d whole floats", ramp({2, 1, 2, 1, 2}, 1));
  record("expanded", tensor({0.5, 1.}).expand({2, 2}));
  record("gradient needed", tensor({0.5, 1.}).requires_grad_());
  std::cout << "\n]}\n";
}
