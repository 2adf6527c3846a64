#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "gradtape/core/dim_vector.h"
#include "gradtape/core/error.h"

using gradtape::DimVector;
using gradtape::IntArrayRef;

namespace {

// 0, 1, ..., count - 1.
DimVector counting(size_t count) {
  DimVector dims;
  for (size_t i = 0; i < count; ++i) dims.push_back(static_cast<int64_t>(i));
  return dims;
}

bool counts(const DimVector& dims, size_t count) {
  if (dims.size() != count) return false;
  for (size_t i = 0; i < count; ++i) {
    if (dims[i] != static_cast<int64_t>(i)) return false;
  }
  return true;
}

}  // namespace

TEST_SUITE("core/dim_vector") {
  TEST_CASE("rank 6 lies inside the object, rank 7 does not") {
    const auto inside = [](const DimVector& dims) {
      const auto* object = reinterpret_cast<const char*>(&dims);
      const auto* values = reinterpret_cast<const char*>(dims.data());
      return values >= object && values < object + sizeof dims;
    };
    CHECK(inside(counting(6)));
    CHECK_FALSE(inside(counting(7)));
  }

  TEST_CASE("push_back keeps what was there, also when it leaves the object") {
    for (const size_t count : {0, 1, 5, 6, 7, 8, 20}) CHECK(counts(counting(count), count));
  }

  TEST_CASE("insert and erase move what stands behind") {
    DimVector dims = {1, 2, 4, 5, 6, 7};
    dims.insert(2, 3);  // the seventh
    CHECK(dims == DimVector{1, 2, 3, 4, 5, 6, 7});
    dims.insert(0, 0);
    dims.insert(dims.size(), 8);
    CHECK(counts(dims, 9));
    dims.erase(8);
    dims.erase(0);
    dims.erase(2);
    CHECK(dims == DimVector{1, 2, 4, 5, 6, 7});
  }

  TEST_CASE("copies are independent, at every rank") {
    for (const size_t count : {0, 6, 7}) {
      const DimVector original = counting(count);
      DimVector copy = original;
      CHECK(copy == original);
      copy.push_back(-1);
      CHECK(counts(original, count));
    }
  }

  TEST_CASE("assignment between inline and heap vectors, both ways") {
    for (const size_t from : {0, 3, 6, 7, 12}) {
      for (const size_t to : {0, 3, 6, 7, 12}) {
        DimVector target = counting(to);
        const DimVector source = counting(from);
        target = source;
        CHECK(counts(target, from));
        DimVector moved = counting(to);
        moved = counting(from);
        CHECK(counts(moved, from));
      }
    }
  }

  TEST_CASE("assigning a vector to itself changes nothing") {
    DimVector dims = counting(8);
    const DimVector& same = dims;
    dims = same;
    CHECK(counts(dims, 8));
  }

  TEST_CASE("a vector that was moved from is empty and can be used again") {
    for (const size_t count : {3, 9}) {
      DimVector source = counting(count);
      const DimVector target = std::move(source);
      CHECK(counts(target, count));
      CHECK(source.empty());
      source.push_back(0);
      CHECK(counts(source, 1));
    }
  }

  TEST_CASE("resize fills with the value it is given and keeps the rest") {
    DimVector dims = {1, 2};
    dims.resize(8, 5);
    CHECK(dims == DimVector{1, 2, 5, 5, 5, 5, 5, 5});
    dims.resize(1);
    CHECK(dims == DimVector{1});
  }

  TEST_CASE("vectors of different length are not equal") {
    CHECK_FALSE(DimVector{1, 2} == DimVector{1, 2, 3});
    CHECK_FALSE(DimVector{1, 2} == DimVector{1, 3});
  }

  TEST_CASE("prints as a list and converts to an IntArrayRef") {
    const DimVector dims = {2, 3};
    CHECK(gradtape::str(dims) == "[2, 3]");
    CHECK(IntArrayRef(dims) == std::vector<int64_t>{2, 3});
    CHECK(gradtape::str(DimVector()) == "[]");
  }
}
