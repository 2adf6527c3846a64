#include <locale>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <torch/torch.h>

#include "temporary_folder.h"

#include "gradtape/gradtape.h"

// A program may choose any locale; files, keys and messages know none.
using namespace gradtape;
using testing::error_of;

namespace {

// As in much of Europe, without a locale that would have to be installed.
class CommaAndDots : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
  char do_thousands_sep() const override { return '.'; }
  std::string do_grouping() const override { return "\3"; }
  std::string do_truename() const override { return "wahr"; }
  std::string do_falsename() const override { return "falsch"; }
};

class GlobalLocale {
 public:
  GlobalLocale() : before_(std::locale()) {
    std::locale::global(std::locale(std::locale::classic(), new CommaAndDots));
  }
  ~GlobalLocale() { std::locale::global(before_); }

 private:
  std::locale before_;
};

}  // namespace

TEST_SUITE("core/locale") {
  TEST_CASE("the locale of these tests changes what a stream writes") {
    const GlobalLocale locale;
    std::ostringstream text;
    text << 12345 << ' ' << 0.5;
    CHECK(text.str() == "12.345 0,5");
  }

  TEST_CASE("str writes numbers in no locale") {
    const GlobalLocale locale;
    CHECK(str(1234567, ' ', 0.5, ' ', -123456.0f) == "1234567 0.5 -123456");
    CHECK(str(IntArrayRef{1000, 20000}) == "[1000, 20000]");
    CHECK(str(kFloat32, Scalar(1234.5)) == str(kFloat32) + "1234.5");
  }

  TEST_CASE("a saved model is the same bytes, and is read back") {
    const TemporaryFolder folder;
    const io::NamedTensors tensors = {{"w", arange(10000, kFloat32).view({1000, 10})},
                                      {"b", full({1234}, 0.5)}};
    io::save_safetensors(folder.file("plain"), tensors, {{"steps", "1000"}});
    io::write_idx(folder.file("plain.idx"), arange(12345, kInt32));
    {
      const GlobalLocale locale;
      io::save_safetensors(folder.file("model"), tensors, {{"steps", "1000"}});
      io::write_idx(folder.file("model.idx"), arange(12345, kInt32));
      const io::NamedTensors back = io::load_safetensors(folder.file("model"));
      REQUIRE(back.size() == 2);
      CHECK(back[1].second.equal(tensors[0].second));
      CHECK(io::read_idx(folder.file("model.idx")).equal(arange(12345, kInt32)));
    }
    const std::string model = read_file(folder.file("model"));
    CHECK(testing::contains(model, "\"shape\":[1000,10]"));
    CHECK(model == read_file(folder.file("plain")));
    CHECK(read_file(folder.file("model.idx")) == read_file(folder.file("plain.idx")));
  }

  TEST_CASE("the table of a search has a comma between cells only") {
    const GlobalLocale locale;
    tune::TrialResult trial;
    trial.number = 12345;
    trial.configuration = 23456;
    trial.resource = 34567;
    trial.parameters.add("width", int64_t{1000});
    trial.parameters.add("lr", 0.25);
    trial.status = tune::TrialResult::Status::kDone;
    trial.value = 1234.5;
    trial.seconds = 2000;
    CHECK(tune::Results{{trial}}.csv() ==
          "number,configuration,bracket,resource,width,lr,value,seconds,status,reason\n"
          "12345,23456,0,34567,1000,0.25,1234.5,2000,done,\n");
  }

  TEST_CASE("messages have their numbers as they are") {
    const GlobalLocale locale;
    CHECK(testing::contains(error_of([] {
                              zeros({1000, 10}).view({7});
                            }),
                            "shape '[7]' is invalid for input of size 10000"));
    nn::Linear small(2000, 3), large(3000, 3);
    CHECK(testing::contains(error_of([&] { small->load_state_dict(large->state_dict()); }),
                            "with shape [3, 3000] from checkpoint, the shape in current model is "
                            "[3, 2000]"));
  }

  TEST_CASE("str prints tensors and modules in no locale") {
    const GlobalLocale locale;
    CHECK(str(tensor({12345, 7})) == " 12345\n     7\n[ CPULongType{2} ]");
    CHECK(str(tensor({0.5})) == " 0.5000\n[ CPUFloatType{1} ]");
    CHECK(str(nn::Linear(1000, 20000)) ==
          "torch::nn::Linear(in_features=1000, out_features=20000, bias=true)");
  }

  // libtorch's too.
  TEST_CASE("a user's stream keeps its locale") {
    const GlobalLocale locale;
    std::ostringstream text;
    text << tensor({0.5});
    CHECK(text.str() == " 0,5000\n[ CPUFloatType{1} ]");
  }

  TEST_CASE("an optimizer's state is found under the same key") {
    const GlobalLocale locale;
    nn::Linear layer(2, 2);
    optim::Adam optimizer(layer->parameters(), optim::AdamOptions(0.1));
    layer->forward(ones({1, 2})).sum().backward();
    optimizer.step();
    const auto key = c10::guts::to_string(layer->weight.unsafeGetTensorImpl());
    CHECK(optimizer.state().count(key) == 1);
  }
}
