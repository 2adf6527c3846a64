#include <string>

#include <doctest/doctest.h>

#include "gradtape/core/error.h"

TEST_SUITE("core/error") {
  TEST_CASE("a check that holds does nothing") { CHECK_NOTHROW(GRADTAPE_CHECK(1 + 1 == 2, "no")); }

  TEST_CASE("a check that fails streams its arguments into the message") {
    try {
      GRADTAPE_CHECK(false, "matmul: columns of self (", 3, ") must equal rows of other (", 4, ")");
      FAIL("nothing was thrown");
    } catch (const gradtape::Error& error) {
      CHECK(std::string(error.what()) ==
            "matmul: columns of self (3) must equal rows of other (4)");
      CHECK(std::string(error.what_without_backtrace()) == error.what());
    }
  }
}
