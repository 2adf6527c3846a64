#include <cmath>
#include <set>

#include <doctest/doctest.h>

#include "error_of.h"

#include "gradtape/gradtape.h"
#include "gradtape/tune/study.h"

using namespace gradtape;
using namespace gradtape::tune;

namespace {

Space small() {
  Space space;
  space.log_uniform("lr", 1e-4, 1).uniform("momentum", 0, 0.99);
  space.choice("batch", {16, 64}).integer("width", 8, 11).choice("kind", {"sgd", "adam"});
  return space;
}

}  // namespace

TEST_SUITE("tune/space") {
  TEST_CASE("values convert to what they are used as") {
    const Parameters p = small().sample(0, 0);
    const double lr = p["lr"];
    const float single = p["lr"];
    const int width = p["width"];
    const double wide = p["width"];
    const std::string kind = p["kind"];
    CHECK(lr == p["lr"].to_double());
    CHECK(single == static_cast<float>(lr));
    CHECK(width == wide);
    CHECK((kind == "sgd" || kind == "adam"));
    CHECK(p["kind"] == kind);
    CHECK((p["batch"] == 16 || p["batch"] == 64));
    const bool nesterov = Value(true);
    CHECK(nesterov);
    CHECK(Value("false").is_text());
  }

  TEST_CASE("a value used as something else is an error") {
    CHECK(testing::error_of([] { Value(0.5).to_int(); }) ==
          "search: an integer is wanted; got the value 0.5");
    CHECK(testing::error_of([] { Value("adam").to_double(); }) ==
          "search: a number is wanted; got the value adam");
    CHECK(testing::error_of([] { Value(1).to_bool(); }) ==
          "search: true or false is wanted; got the value 1");
    CHECK(testing::error_of([] { small().sample(0, 0)["l_r"]; }) ==
          "search: the parameter must be one of the space (lr, momentum, batch, width, kind); got "
          "l_r");
  }

  TEST_CASE("random points lie in their ranges, each decade of a log range as often") {
    const Space space = small();
    std::set<int64_t> widths, batches;
    int decades[4] = {};
    double momentum = 0;
    constexpr int n = 4000;
    for (int i = 0; i < n; ++i) {
      const Parameters p = space.sample(7, i);
      const double lr = p["lr"], m = p["momentum"];
      REQUIRE(lr >= 1e-4);
      REQUIRE(lr <= 1);
      REQUIRE(m >= 0);
      REQUIRE(m <= 0.99);
      ++decades[std::min(3, static_cast<int>(std::log10(lr) + 4))];
      momentum += m / n;
      widths.insert(p["width"].to_int());
      batches.insert(p["batch"].to_int());
    }
    // A binomial of 4000 and 1/4 has the standard deviation 27.
    for (const int count : decades) CHECK(std::abs(count - n / 4) < 5 * 27);
    // Of a mean of 4000, 0.99 / sqrt(12 * 4000).
    CHECK(std::abs(momentum - 0.495) < 5 * 0.0046);
    CHECK(widths == std::set<int64_t>{8, 9, 10, 11});
    CHECK(batches == std::set<int64_t>{16, 64});
  }

  TEST_CASE("a point depends on seed, number and its axis's name only") {
    const Space space = small();
    CHECK(space.sample(1, 5) == space.sample(1, 5));
    CHECK(space.sample(1, 5) != space.sample(1, 6));
    CHECK(space.sample(1, 5) != space.sample(2, 5));
    Space other;
    other.uniform("eps", 0, 1).log_uniform("lr", 1e-4, 1);
    CHECK(other.sample(1, 5)["lr"] == space.sample(1, 5)["lr"]);
    // Two axes of the same range are independent.
    Space twins;
    twins.uniform("a", 0, 1).uniform("b", 0, 1);
    CHECK(twins.sample(1, 5)["a"] != Value(twins.sample(1, 5)["b"]));
  }

  TEST_CASE("a grid has the ends, and the last axis moves first") {
    Space space;
    space.log_uniform("lr", 1e-4, 1).integer("width", 1, 2).choice("on", {true, false});
    CHECK(space.grid_size(3) == 3 * 2 * 2);
    const auto point = [&](int64_t i) { return space.grid(3, i); };
    CHECK(point(0)["lr"] == 1e-4);
    CHECK(point(11)["lr"] == 1.);
    CHECK(point(4)["lr"].to_double() == doctest::Approx(1e-2));
    CHECK(point(0)["on"] == true);
    CHECK(point(1)["on"] == false);
    CHECK(point(1)["width"] == 1);
    CHECK(point(2)["width"] == 2);
    std::set<std::string> all;
    for (int64_t i = 0; i < 12; ++i) {
      std::string text;
      for (const auto& [name, value] : point(i)) text += value.to_string() + ' ';
      all.insert(text);
    }
    CHECK(all.size() == 12);
    // One point of a log range is its middle.
    CHECK(space.grid(1, 0)["lr"].to_double() == doctest::Approx(1e-2));
  }

  TEST_CASE("a grid's integers are even and do not repeat") {
    Space space;
    space.integer("width", 8, 128);
    std::vector<int64_t> widths;
    for (int64_t i = 0; i < 4; ++i) widths.push_back(space.grid(4, i)["width"]);
    CHECK(widths == std::vector<int64_t>{8, 48, 88, 128});
  }

  TEST_CASE("errors of a space, before anything starts") {
    CHECK(testing::error_of([] { Space().uniform("lr", 1, 0.5); }) ==
          "search: lower must be below upper; got lr 1 to 0.5");
    CHECK(testing::error_of([] { Space().integer("width", 4, 4); }) ==
          "search: lower must be below upper; got width 4 to 4");
    CHECK(testing::error_of([] { Space().log_uniform("lr", 0, 1); }) ==
          "search: a log range must be positive; got lr 0 to 1");
    CHECK(testing::error_of([] { Space().log_uniform("lr", NAN, 1); }) ==
          "search: a log range must be positive; got lr nan to 1");
    CHECK(testing::error_of([] { Space().uniform("lr", 0, INFINITY); }) ==
          "search: the range of lr must be finite; got 0 to inf");
    CHECK(testing::error_of([] { Space().uniform("lr", 0, 1).choice("lr", {1}); }) ==
          "search: names must be unique; got lr twice");
    CHECK(testing::error_of([] { Space().uniform("", 0, 1); }) ==
          "search: a parameter must have a name; got \"\"");
    CHECK(testing::error_of([] { Space().choice("batch", {}); }) ==
          "search: a choice must have values; got none for batch");
    CHECK(testing::error_of([] {
            Space().choice("batch", {16, 32, 16});
          }) == "search: the values of batch must differ; got 16 twice");
    CHECK(testing::error_of([] { small().grid_size(1000); }) ==
          "search: a grid must have at most 1000000 points; got 1000 per range in 5 dimensions");
    CHECK(testing::error_of([] { small().grid_size(0); }) ==
          "search: a grid's points must be positive; got 0");
  }
}

TEST_SUITE("tune/schedule") {
  TEST_CASE("hyperband: the brackets of the paper, R = 81, eta = 3") {
    // Algorithm 1: n = ceil(5 / (s + 1) 3^s) = 81, ceil(33.75), 15, ceil(7.5), 5; n_i = floor(n
    // 3^-i).
    const std::vector<Bracket> expected{{{81, 1}, {27, 3}, {9, 9}, {3, 27}, {1, 81}},
                                        {{34, 3}, {11, 9}, {3, 27}, {1, 81}},
                                        {{15, 9}, {5, 27}, {1, 81}},
                                        {{8, 27}, {2, 81}},
                                        {{5, 81}}};
    CHECK(hyperband(81, 3) == expected);
  }

  TEST_CASE("hyperband: the table in the documentation of R's mlr3hyperband, R = 8, eta = 2") {
    const std::vector<Bracket> expected{
        {{8, 1}, {4, 2}, {2, 4}, {1, 8}}, {{6, 2}, {3, 4}, {1, 8}}, {{4, 4}, {2, 8}}, {{4, 8}}};
    CHECK(hyperband(8, 2) == expected);
  }

  TEST_CASE("hyperband: a resource that is no power of eta is rounded down, the last is whole") {
    // s_max = floor(log3 10) = 2: 10/9 -> 1, 10/3 -> 3, 10; n = 9, ceil(4.5), 3.
    const std::vector<Bracket> expected{{{9, 1}, {3, 3}, {1, 10}}, {{5, 3}, {1, 10}}, {{3, 10}}};
    CHECK(hyperband(10, 3) == expected);
    CHECK(hyperband(1, 3) == std::vector<Bracket>{{{1, 1}}});
  }

  TEST_CASE("successive halving by hand") {
    CHECK(successive_halving(16, 1, 8, 2) == Bracket{{16, 1}, {8, 2}, {4, 4}, {2, 8}});
    CHECK(successive_halving(20, 2, 30, 3) == Bracket{{20, 2}, {6, 6}, {2, 18}});
    CHECK(successive_halving(5, 4, 4) == Bracket{{5, 4}});
  }

  TEST_CASE("errors of a schedule") {
    CHECK(testing::error_of([] { hyperband(0); }) ==
          "hyperband: max_resource must be positive; got 0");
    CHECK(testing::error_of([] { hyperband(9, 1); }) == "hyperband: eta must be at least 2; got 1");
    CHECK(testing::error_of([] { successive_halving(0, 1, 9); }) ==
          "successive_halving: trials must be positive; got 0");
    CHECK(testing::error_of([] { successive_halving(9, 3, 1); }) ==
          "successive_halving: 1 <= min_resource <= max_resource must hold; got 3 and 1");
    CHECK(
        testing::error_of([] { successive_halving(8, 1, 9); }) ==
        "successive_halving: 8 trials must leave one for the last rung; got resources from 1 to 9 "
        "with eta 3");
    CHECK(testing::error_of([] { successive_halving(9, 1, 9, 1); }) ==
          "successive_halving: eta must be at least 2; got 1");
  }
}

TEST_SUITE("tune/results") {
  TEST_CASE("best: the lowest value, or the highest; of equals the larger resource") {
    const auto trial = [](int64_t number, int64_t resource, double value) {
      TrialResult result;
      result.number = number;
      result.resource = resource;
      result.value = value;
      result.status = std::isnan(value) ? TrialResult::Status::kFailed : TrialResult::Status::kDone;
      return result;
    };
    Results results{
        {trial(0, 1, NAN), trial(1, 1, 2), trial(2, 1, 1), trial(3, 3, 1), trial(4, 3, 1)}};
    CHECK(results.best().number == 3);
    results.maximize = true;
    CHECK(results.best().number == 1);
    results.trials.resize(1);
    results.trials[0].reason = "returned nan";
    CHECK(testing::error_of([&] { results.best(); }) ==
          "search: at least one trial must succeed; got 1 that failed, the first because: returned "
          "nan");
  }

  TEST_CASE("the table quotes what would be misread") {
    TrialResult failed;
    failed.parameters.add("lr, log", 0.1);
    failed.parameters.add("kind", "a \"b\"");
    failed.reason = "two\nlines";
    failed.seconds = 0.5;
    TrialResult done = failed;
    done.number = done.configuration = 1;
    done.status = TrialResult::Status::kDone;
    done.value = 1e-7;
    done.reason = "";
    CHECK(Results{{failed, done}}.csv() ==
          "number,configuration,bracket,resource,\"lr, log\",kind,value,seconds,status,reason\n"
          "0,0,0,1,0.1,\"a \"\"b\"\"\",,0.5,failed,\"two\nlines\"\n"
          "1,1,0,1,0.1,\"a \"\"b\"\"\",1e-07,0.5,done,\n");
  }
}
