#include <cmath>
#include <cstdlib>

#include <doctest/doctest.h>

#include "error_of.h"

#include "gradtape/gradtape.h"
#include "gradtape/tune/study.h"

using namespace gradtape;
using namespace gradtape::tune;

namespace {

Trial trial() {
  Parameters parameters;
  parameters.add("lr", 0.25);
  parameters.add("betas.1", 0.5);
  parameters.add("amsgrad", true);
  parameters.add("batch", 64);
  return Trial(parameters, 5, "/somewhere");
}

Space line() { return Space().uniform("x", 0, 1); }
double zero(Trial&) { return 0; }

}  // namespace

TEST_SUITE("tune/trial") {
  TEST_CASE("apply sets options by the names of their fields, and leaves the others") {
    optim::AdamOptions options(1e-3);
    trial().apply(options, {"lr", "betas.1", "amsgrad"});
    CHECK(options.lr() == 0.25);
    CHECK(options.betas() == std::tuple(0.9, 0.5));
    CHECK(options.amsgrad());
    CHECK(options.eps() == 1e-8);
  }

  TEST_CASE("apply of all parameters; an integer may stand for a real number") {
    Parameters parameters;
    parameters.add("lr", 2);
    parameters.add("momentum", 0.5);
    optim::SGDOptions options(0.1);
    Trial(parameters).apply(options);
    CHECK(options.lr() == 2);
    CHECK(options.momentum() == 0.5);
  }

  TEST_CASE(
      "apply refuses unknown names and values without a meaning before anything has changed") {
    optim::AdamOptions options(1e-3);
    CHECK(testing::error_of([&] { trial().apply(options); }) ==
          "search: the options have no field batch; it must be one of lr, betas.0, betas.1, eps, "
          "weight_decay, amsgrad, maximize");
    CHECK(testing::error_of([&] {
            trial().apply(options, {"lr", "l_r"});
          }) ==
          "search: the parameter must be one of the space (lr, betas.1, amsgrad, batch); got l_r");
    Parameters wrong;
    wrong.add("eps", 0.5);
    wrong.add("lr", -1);
    CHECK(testing::error_of([&] {
            Trial(wrong).apply(options);
          }).starts_with("Invalid learning rate: -1"));
    Parameters word;
    word.add("lr", "big");
    CHECK(testing::error_of([&] { Trial(word).apply(options); }) ==
          "search: a number is wanted; got the value big");
    CHECK(options == optim::AdamOptions(1e-3));
  }

  TEST_CASE("a trial without a study serves to try an objective") {
    const Trial alone = trial();
    CHECK(alone["batch"] == 64);
    CHECK(alone.resource() == 5);
    CHECK(alone.folder() == "/somewhere");
    CHECK_NOTHROW(alone.report(1, 0.5));
    CHECK(testing::error_of([&] { alone.report(3, NAN); }) == "reported nan after 3");
  }

  TEST_CASE("errors of a study, before anything starts") {
    const auto with = [](StudyOptions options) {
      return testing::error_of([&] { Study(line(), zero, options); });
    };
    CHECK(testing::error_of([] { Study(Space(), zero); }) ==
          "search: the space must have parameters; got none");
    CHECK(testing::error_of([] { Study(line(), nullptr); }) ==
          "search: the objective must be callable; got none");
    CHECK(with(StudyOptions().parallel(-1)) ==
          "search: parallel must be positive, or 0 for as many as the cores allow; got -1");
    CHECK(with(StudyOptions().threads(0)) == "search: threads must be positive; got 0");
    CHECK(with(StudyOptions().time_limit(NAN)) ==
          "search: time_limit must be a number of seconds, or 0 for none; got nan");
    const Study study(line(), zero);
    CHECK(testing::error_of([&] { study.random(0); }) == "search: trials must be positive; got 0");
    CHECK(testing::error_of([&] { study.random(1, 0); }) ==
          "search: the resource must be positive; got 0");
    CHECK(testing::error_of([&] {
            study.grid(2'000'000);
          }).starts_with("search: a grid must have at most"));
    CHECK(testing::error_of([&] { study.hyperband(0); }) ==
          "hyperband: max_resource must be positive; got 0");
  }

  TEST_CASE("a trial that meets another study first does not start trials of its own") {
    setenv("GRADTAPE_TRIAL", R"({"study": "second"})", 1);
    const Study study(line(), zero, StudyOptions().name("first"));
    CHECK(testing::error_of([&] {
            study.random(1);
          }).starts_with("search: this process is a trial of another study than first"));
    unsetenv("GRADTAPE_TRIAL");
  }
}
