#include "core/checked.h"
#include "doctest/doctest.h"
#include "error_of.h"

using namespace gradtape;
using gradtape::testing::error_of;

TEST_SUITE("checked") {
  TEST_CASE("what does not fit is an error with the numbers") {
    CHECK(checked_add(INT64_MAX - 1, 1) == INT64_MAX);
    CHECK(checked_sub(INT64_MIN + 1, 1) == INT64_MIN);
    CHECK(checked_mul(int64_t{1} << 31, -(int64_t{1} << 32)) == INT64_MIN);
    CHECK(error_of([] { checked_add(INT64_MAX, 1); }) ==
          "integer overflow in a size: 9223372036854775807 + 1 does not fit 64 bits");
    CHECK(error_of([] { checked_sub(-2, INT64_MAX); }) ==
          "integer overflow in a size: -2 - 9223372036854775807 does not fit 64 bits");
    CHECK(error_of([] { checked_mul(int64_t{1} << 32, int64_t{1} << 31); }) ==
          "integer overflow in a size: 4294967296 * 2147483648 does not fit 64 bits");
  }

  TEST_CASE("or stops at the end of the range") {
    CHECK(clamped_add(INT64_MAX, 5) == INT64_MAX);
    CHECK(clamped_add(INT64_MIN, -5) == INT64_MIN);
    CHECK(clamped_sub(INT64_MAX, -5) == INT64_MAX);
    CHECK(clamped_sub(INT64_MIN, 5) == INT64_MIN);
    CHECK(clamped_mul(INT64_MIN, -1) == INT64_MAX);
    CHECK(clamped_mul(INT64_MIN, 2) == INT64_MIN);
    CHECK(clamped_mul(-3, 7) == -21);
  }

  TEST_CASE("the reach of a window") {
    CHECK(reach_of({2, 3}, {3, 1}, 4) == 10);
    CHECK(reach_of({2, 0}, {3, 1}, 4) == 0);
    CHECK(reach_of({}, {}, 4) == 5);
    CHECK_THROWS_AS(reach_of({2}, {INT64_MAX}), Error);
    CHECK_THROWS_AS(reach_of({INT64_MAX}, {2}), Error);
    CHECK(ceil_div(INT64_MAX, 2) == (int64_t{1} << 62));
    CHECK(ceil_div(6, 3) == 2);
    CHECK(ceil_div(0, 3) == 0);
  }

  TEST_CASE("memory beyond the machine's") {
    check_affordable(1000, 8);
    CHECK(error_of([] { check_affordable(int64_t{1} << 50, 8); }) ==
          "DefaultCPUAllocator: can't allocate memory: you tried to allocate 9007199254740992 "
          "bytes.");
  }
}
