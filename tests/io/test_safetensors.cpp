#include <bit>
#include <cstring>
#include <limits>

#include <doctest/doctest.h>

#include "golden.h"
#include "temporary_folder.h"

#include "gradtape/io/safetensors.h"
#include "gradtape/ops/factory.h"

using namespace gradtape;
using namespace std::string_literals;
using io::load_safetensors;
using io::NamedTensors;
using io::save_safetensors;

namespace {

const std::string kGolden = golden::path("safetensors/");

template <class T>
std::vector<T> values(const Tensor& tensor) {
  const T* data = tensor.data_ptr<T>();
  return {data, data + tensor.numel()};
}

template <class T>
Tensor make(std::vector<int64_t> sizes, const std::vector<T>& from) {
  Tensor result = empty(sizes, dtype_of<T>());
  for (size_t i = 0; i < from.size(); ++i) result.data_ptr<T>()[i] = from[i];
  return result;
}

const Tensor& find(const NamedTensors& tensors, const std::string& name) {
  for (const auto& [key, tensor] : tensors)
    if (key == name) return tensor;
  throw Error("no tensor " + name);
}

// What tests/golden/safetensors.py writes as mixed.safetensors, in another order.
NamedTensors mixed() {
  Tensor flag = empty({3}, kBool);
  for (int i = 0; i < 3; ++i) flag.data_ptr<bool>()[i] = i != 1;
  return {{"none", empty({0, 3}, kFloat32)},
          {"flag", flag},
          {"layer.weight", make<float>({3, 2}, {1, 2, 3, 4, 5, 6})},
          {"layer.bias", make<float>({3}, {0.5f, -2, 3.25f})},
          {"größe \"x\"\n", make<uint8_t>({1}, {255})},
          {"eight", make<int8_t>({2}, {-128, 127})},
          {"sixteen", make<int16_t>({2}, {-32768, 32767})},
          {"thirty-two", make<int32_t>({1, 2}, {std::numeric_limits<int32_t>::min(), 2147483647})},
          {"double", make<double>({2}, {0.1, -1e300})},
          {"count", make<int64_t>({}, {-(int64_t{1} << 40)})}};
}

// A file of these parts; the header's size is the true one unless given.
std::string file_of(const std::string& header, const std::string& data = "", int64_t size = -1) {
  const uint64_t n = size < 0 ? header.size() : static_cast<uint64_t>(size);
  std::string result(8, '\0');
  std::memcpy(result.data(), &n, 8);
  return result + header + data;
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return "\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" +
         offsets + "}";
}

std::string object(const std::string& first) { return str('{', first, '}'); }
std::string object(const std::string& first, const std::string& second) {
  return str('{', first, ',', second, '}');
}

// The error that a file of this content meets.
std::string error_in(const std::string& content) {
  const TemporaryFolder folder;
  const std::string path = folder.write("bad.safetensors", content);
  const std::string message = testing::error_of([&] { load_safetensors(path); });
  CHECK(message.find(path) != std::string::npos);
  return message;
}

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return true;
}

}  // namespace

TEST_SUITE("io/safetensors") {
  TEST_CASE("a file of every dtype, an empty and a 0-d tensor is read") {
    io::Metadata metadata;
    const NamedTensors tensors = load_safetensors(kGolden + "mixed.safetensors", &metadata);
    CHECK(metadata == io::Metadata{{"author", "J. Müller"}, {"format", "pt"}});
    REQUIRE(tensors.size() == 10);
    CHECK(tensors[0].first == "count");
    CHECK(tensors[9].first == "größe \"x\"\n");
    CHECK(find(tensors, "count").dim() == 0);
    CHECK(values<int64_t>(find(tensors, "count")) == std::vector<int64_t>{-(int64_t{1} << 40)});
    CHECK(values<double>(find(tensors, "double")) == std::vector<double>{0.1, -1e300});
    CHECK(find(tensors, "layer.weight").sizes() == IntArrayRef{3, 2});
    CHECK(values<float>(find(tensors, "layer.weight")) == std::vector<float>{1, 2, 3, 4, 5, 6});
    CHECK(find(tensors, "none").sizes() == IntArrayRef{0, 3});
    CHECK(values<int32_t>(find(tensors, "thirty-two"))[0] == std::numeric_limits<int32_t>::min());
    CHECK(values<int16_t>(find(tensors, "sixteen")) == std::vector<int16_t>{-32768, 32767});
    CHECK(values<int8_t>(find(tensors, "eight")) == std::vector<int8_t>{-128, 127});
    CHECK(find(tensors, "flag").dtype() == kBool);
    CHECK(find(tensors, "flag").data_ptr<bool>()[2]);
    CHECK(values<uint8_t>(find(tensors, "größe \"x\"\n"))[0] == 255);
  }

  TEST_CASE("a file is written byte for byte as the format's layout says") {
    const TemporaryFolder folder;
    save_safetensors(folder.file("a"), mixed(), {{"format", "pt"}, {"author", "J. Müller"}});
    CHECK(read_file(folder.file("a")) == read_file(kGolden + "mixed.safetensors"));
    save_safetensors(folder.file("b"), {});
    CHECK(read_file(folder.file("b")) == read_file(kGolden + "nothing.safetensors"));
  }

  TEST_CASE("data that is not aligned is read, into memory that is") {
    const NamedTensors tensors = load_safetensors(kGolden + "unaligned.safetensors");
    CHECK(values<uint8_t>(find(tensors, "b")) == std::vector<uint8_t>{1, 2, 3});
    CHECK(values<float>(find(tensors, "a")) == std::vector<float>{1.5f, -2.5f});
    CHECK(reinterpret_cast<uintptr_t>(find(tensors, "a").data_ptr()) % 64 == 0);
  }

  TEST_CASE("a file without tensors is read") {
    CHECK(load_safetensors(kGolden + "nothing.safetensors").empty());
  }

  TEST_CASE("a transposed tensor that needs a gradient is written by its elements") {
    const TemporaryFolder folder;
    const Tensor weight = make<float>({2, 3}, {1, 2, 3, 4, 5, 6}).set_requires_grad(true);
    save_safetensors(folder.file("t"), {{"t", weight.transpose(0, 1)}});
    const NamedTensors tensors = load_safetensors(folder.file("t"));
    CHECK(tensors[0].second.sizes() == IntArrayRef{3, 2});
    CHECK(values<float>(tensors[0].second) == std::vector<float>{1, 4, 2, 5, 3, 6});
  }

  TEST_CASE("a written file replaces the old one, and nothing else is left in the folder") {
    const TemporaryFolder folder;
    folder.write("model", "old");
    save_safetensors(folder.file("model"), mixed());
    CHECK(load_safetensors(folder.file("model")).size() == 10);
    CHECK(folder.entries() == 1);
  }

  TEST_CASE("what cannot be saved leaves the old file as it was") {
    const TemporaryFolder folder;
    const std::string path = folder.write("model", "old");
    const Tensor one = make<float>({1}, {1});
    has(testing::error_of([&] {
          save_safetensors(path, {{"a", one}, {"a", one}});
        }),
        "save_safetensors: each name may come once; got \"a\" twice");
    has(testing::error_of([&] {
          save_safetensors(path, {{"a", Tensor()}});
        }),
        "got \"a\" undefined");
    has(testing::error_of([&] {
          save_safetensors(path, {{"__metadata__", one}});
        }),
        "__metadata__");
    has(testing::error_of([&] {
          save_safetensors(path, {{"\xff", one}});
        }),
        "a name must be UTF-8");
    has(testing::error_of([&] { save_safetensors(path, {}, {{"k", "\xff"}}); }), "must be UTF-8");
    CHECK(read_file(path) == "old");
    CHECK(folder.entries() == 1);
  }

  TEST_CASE("a folder that does not exist is named") {
    has(testing::error_of([] { save_safetensors("/nowhere/at/all/m.safetensors", {}); }),
        "save_safetensors: cannot create /nowhere/at/all/m.safetensors: No such file or directory");
    has(testing::error_of([] { load_safetensors("/nowhere/m.safetensors"); }),
        "load_safetensors: the file must exist; got path /nowhere/m.safetensors");
    has(testing::error_of([] { load_safetensors("/tmp"); }),
        "a regular file is required; got path /tmp");
  }

  TEST_CASE("a header that does not fit the file is refused") {
    has(error_in("abc"), "the 8 bytes of its header's size");
    has(error_in(file_of("{}", "", 100'000'001)), "up to 100000000 bytes");
    has(error_in(file_of("{}", "", 11)), "(11 bytes) must end within the file; got 10 bytes");
    has(error_in(file_of("{}").replace(0, 8, "\xff\xff\xff\xff\xff\xff\xff\xff")),
        "18446744073709551615");
    has(error_in(file_of("")), "(0 bytes) must begin with {");
    has(error_in(file_of(" {}")), "must begin with {");
    has(error_in(file_of("{\"a\":")), "must be JSON");
    has(error_in(file_of("{}x")), "must be JSON");
    has(error_in(file_of("{\"\xff\":1}")), "must be JSON");
  }

  TEST_CASE("a name that comes twice is refused") {
    has(error_in(file_of(object(entry("a", "U8", "[1]", "[0,1]"), entry("a", "U8", "[1]", "[1,2]")),
                         "ab")),
        "each name may come once; got \"a\" twice");
    has(error_in(file_of(R"({"__metadata__":{"k":"1","k":"2"}})")), "\"k\" twice");
    has(error_in(
            file_of(R"({"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}})", "a")),
        "\"dtype\" twice");
  }

  TEST_CASE("offsets that differ from elements times size are refused") {
    has(error_in(file_of(object(entry("w", "F32", "[2,3]", "[0,20]")), std::string(20, 'x'))),
        "tensor \"w\"");
    has(error_in(file_of(object(entry("w", "F32", "[2,3]", "[0,20]")), std::string(20, 'x'))),
        "must span the 24 bytes of F32 [2, 3]; got [0,20]");
    has(error_in(file_of(object(entry("w", "U8", "[1]", "[1,0]")), "x")), "got [1,0]");
    has(error_in(file_of(object(entry("w", "U8", "[]", "[0,0]")))), "must span the 1 bytes");
  }

  TEST_CASE("gaps, overlaps and data beyond the last tensor are refused") {
    const std::string a = entry("a", "U8", "[2]", "[0,2]");
    has(error_in(file_of(object(a, entry("b", "U8", "[2]", "[3,5]")), "12345")),
        "must begin where the one before ends (2); got data_offsets [3, 5]");
    has(error_in(file_of(object(a, entry("b", "U8", "[2]", "[1,3]")), "123")),
        "(2); got data_offsets [1, 3]");
    has(error_in(file_of(object(entry("b", "U8", "[2]", "[1,3]")), "123")),
        "(0); got data_offsets [1, 3]");
    has(error_in(file_of(object(a), "123")), "(2 bytes); got 3 bytes");
    has(error_in(file_of(object(a), "1")), "(2 bytes); got 1 bytes");
    has(error_in(file_of("{}", "1")), "(0 bytes); got 1 bytes");
  }

  TEST_CASE("sizes whose product overflows are refused, also beside a 0") {
    for (const char* shape : {"[4294967296,4294967296]", "[0,4294967296,4294967296]",
                              "[18446744073709551615]", "[9223372036854775807,2]"})
      has(error_in(file_of(object(entry("w", "U8", shape, "[0,0]")))), "must fit in 63 bits");
    has(error_in(file_of(object(entry("w", "U8", "[99999999999999999999]", "[0,0]")))),
        "must hold integers");
  }

  TEST_CASE("an entry of the wrong form is refused") {
    has(error_in(file_of(R"({"a":1})")), "must have dtype, shape and data_offsets; got 1");
    has(error_in(file_of(R"({"a":{"dtype":"U8","shape":[0]}})")), "must have dtype, shape and");
    has(error_in(file_of(object(entry("a", "F16", "[1]", "[0,2]")), "xx")),
        "the dtype must be BOOL, U8, I8, I16, I32, I64, F32 or F64; got \"F16\"");
    has(error_in(file_of(object(entry("a", "U8", "3", "[0,3]")), "xxx")),
        "shape must be a list; got 3");
    has(error_in(file_of(object(entry("a", "U8", "[-1]", "[0,1]")), "x")), "got -1");
    has(error_in(file_of(object(entry("a", "U8", "[1.0]", "[0,1]")), "x")), "got 1.0");
    has(error_in(file_of(object(entry("a", "U8", "[1]", "[0]")), "x")),
        "data_offsets must be [begin, end]; got [0]");
    has(error_in(file_of(object(entry("a", "U8", "[1]", "[\"0\",1]")), "x")), "got \"0\"");
    has(error_in(file_of(object(entry("a", "BOOL", "[2]", "[0,2]")), "\x01\x02")),
        "a BOOL must be 0 or 1; got 2 as element 1");
    has(error_in(file_of(R"({"__metadata__":{"k":1}})")), "must map strings to strings; got \"k\"");
    has(error_in(file_of(R"({"__metadata__":[]})")), "must map strings to strings; got []");
  }

  TEST_CASE("a header that nests without end is refused, wherever it does") {
    const std::string deep = std::string(100'000, '['), end = std::string(100'000, ']');
    for (const std::string& header :
         {object(entry("a", "U8", deep + end, "[0,1]")),
          object(entry("a", "U8", "[1]", deep + end)),
          R"({"a":{"dtype":)" + deep + end + R"(,"shape":[1],"data_offsets":[0,1]}})",
          object("\"a\":" + deep + end), object("\"__metadata__\":" + deep + end),
          object("\"__metadata__\":{\"k\":" + deep + end + "}"), "{\"a\":" + deep})
      has(error_in(file_of(header, "x")), "must be nested at most 16 deep");
    std::string objects = "{\"a\":";
    for (int i = 0; i < 17; ++i) objects += objects;
    has(error_in(file_of(objects)), "must be nested at most 16 deep");
  }

  TEST_CASE("many sizes and many tensors take no longer than their number") {
    const TemporaryFolder folder;
    std::string sizes = "[1";
    for (int i = 1; i < 100'000; ++i) sizes += ",1";
    const std::string many = object(entry("w", "F32", sizes + "]", "[0,4]"));
    const NamedTensors one = load_safetensors(folder.write("one", file_of(many, "\0\0\0\0"s)));
    CHECK(one[0].second.dim() == 100'000);
    has(error_in(file_of(object(entry("w", "F16", sizes + "]", "[0,4]")))), "the dtype must be");
    has(error_in(file_of(object(entry("w", "F32", "3", sizes + "]")))), "must be a list; got 3");
    has(error_in(file_of(object(entry("w", "F32", "[1]", sizes + "]")))), ",1,1...");

    NamedTensors tensors;
    for (int i = 0; i < 10'000; ++i) tensors.emplace_back(str("layer.", i), make<float>({1}, {1}));
    save_safetensors(folder.file("ten thousand"), tensors);
    CHECK(load_safetensors(folder.file("ten thousand")).size() == 10'000);
  }

  TEST_CASE("a file that was cut anywhere is refused") {
    const std::string whole = read_file(kGolden + "mixed.safetensors");
    const TemporaryFolder folder;
    for (size_t length = 0; length < whole.size(); ++length)
      CHECK_THROWS_AS(load_safetensors(folder.write("cut", whole.substr(0, length))), Error);
  }
}
