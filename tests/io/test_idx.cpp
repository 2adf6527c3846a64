#include <doctest/doctest.h>
#include <zlib.h>

#include "temporary_folder.h"

#include "gradtape/io/idx.h"
#include "gradtape/ops/factory.h"

using namespace gradtape;
using io::read_idx;
using io::write_idx;

namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string result;
  for (const int value : values) result.push_back(static_cast<char>(value));
  return result;
}

std::string gzip(const TemporaryFolder& folder, const std::string& content) {
  const std::string path = folder.file("made.gz");
  gzFile file = gzopen(path.c_str(), "wb");
  gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
  gzclose(file);
  return read_file(path);
}

// 2 x 3 uint8: 1 ... 6, typed by the format's description.
const std::string kPlain = bytes({0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6});

void check_numbers(const Tensor& tensor) {
  CHECK(tensor.dtype() == kUInt8);
  CHECK(tensor.sizes() == IntArrayRef{2, 3});
  for (int i = 0; i < 6; ++i) CHECK(tensor.data_ptr<uint8_t>()[i] == i + 1);
}

bool has(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK(text.find(part) != std::string::npos);
  return true;
}

std::string error_in(const std::string& content) {
  const TemporaryFolder folder;
  const std::string path = folder.write("bad", content);
  const std::string message = testing::error_of([&] { read_idx(path); });
  CHECK(message.find(path) != std::string::npos);
  return message;
}

}  // namespace

TEST_SUITE("io/idx") {
  TEST_CASE("a plain file and a compressed one are read alike") {
    const TemporaryFolder folder;
    check_numbers(read_idx(folder.write("plain", kPlain)));
    check_numbers(read_idx(folder.write("packed", gzip(folder, kPlain))));
  }

  TEST_CASE("numbers of more than one byte are big-endian") {
    const TemporaryFolder folder;
    const Tensor shorts =
        read_idx(folder.write("s", bytes({0, 0, 0x0B, 1, 0, 0, 0, 2, 0x01, 0x02, 0xff, 0xfe})));
    CHECK(shorts.data_ptr<int16_t>()[0] == 258);
    CHECK(shorts.data_ptr<int16_t>()[1] == -2);
    const Tensor real =
        read_idx(folder.write("f", bytes({0, 0, 0x0D, 1, 0, 0, 0, 1, 0x3f, 0xc0, 0, 0})));
    CHECK(real.data_ptr<float>()[0] == 1.5f);
    const Tensor scalar =
        read_idx(folder.write("d", bytes({0, 0, 0x0E, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0})));
    CHECK(scalar.dim() == 0);
    CHECK(scalar.data_ptr<double>()[0] == -2);
  }

  TEST_CASE("what is written is the format's bytes") {
    const TemporaryFolder folder;
    Tensor tensor = empty({2, 3}, kUInt8);
    for (int i = 0; i < 6; ++i) tensor.data_ptr<uint8_t>()[i] = static_cast<uint8_t>(i + 1);
    write_idx(folder.file("plain"), tensor);
    CHECK(read_file(folder.file("plain")) == kPlain);
    write_idx(folder.file("packed.gz"), tensor);
    CHECK(read_file(folder.file("packed.gz")).substr(0, 2) == "\x1f\x8b");
    check_numbers(read_idx(folder.file("packed.gz")));
    CHECK(folder.entries() == 2);

    Tensor ints = empty({1}, kInt32);
    ints.data_ptr<int32_t>()[0] = 0x01020304;
    write_idx(folder.file("ints"), ints);
    CHECK(read_file(folder.file("ints")) == bytes({0, 0, 0x0C, 1, 0, 0, 0, 1, 1, 2, 3, 4}));
  }

  TEST_CASE("a dtype that IDX lacks is refused") {
    has(testing::error_of([] { write_idx("/tmp/x", empty({2}, kInt64)); }),
        "write_idx: IDX has no type for Long; got tensor [2]");
  }

  TEST_CASE("sizes of 0 are read") {
    const TemporaryFolder folder;
    const Tensor none =
        read_idx(folder.write("none", bytes({0, 0, 8, 3, 0, 0, 0, 0, 0, 0, 0, 28, 0, 0, 0, 28})));
    CHECK(none.sizes() == IntArrayRef{0, 28, 28});
  }

  TEST_CASE("a file that was cut says what its header promised and where it ends") {
    has(error_in(kPlain.substr(0, 15)), "says sizes [2, 3] of Byte, more than the file's 15 bytes");
    has(error_in(""), "begins with 4 bytes; got");
    has(error_in(kPlain.substr(0, 9)), "a header of rank 2 has 12 bytes");
    const TemporaryFolder folder;
    const std::string packed = gzip(folder, kPlain);
    has(error_in(gzip(folder, kPlain.substr(0, 15))), "6 bytes; the file is truncated after 3");
    for (size_t length = 0; length < packed.size(); ++length)
      CHECK_THROWS_AS(read_idx(folder.write("cut", packed.substr(0, length))), Error);
    for (size_t length = 0; length < kPlain.size(); ++length)
      CHECK_THROWS_AS(read_idx(folder.write("cut", kPlain.substr(0, length))), Error);
  }

  TEST_CASE("a file that holds more than its header says is refused") {
    has(error_in(kPlain + "x"), "says sizes [2, 3], that is 6 bytes; the file has more");
    const TemporaryFolder folder;
    has(error_in(gzip(folder, kPlain + "x")), "6 bytes; the file has more (");
  }

  TEST_CASE("a header that lies about its sizes is refused before memory is taken") {
    const std::string huge =
        bytes({0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 28, 0, 0, 0, 28}) + "ab";
    has(error_in(huge), "[4294967295, 28, 28] of Byte, more than the file's 18 bytes can hold");
    const TemporaryFolder folder;
    has(error_in(gzip(folder, huge)), "can hold");
    std::string overflow = bytes({0, 0, 8, 4});
    for (int i = 0; i < 4; ++i) overflow += bytes({255, 255, 255, 255});
    has(error_in(overflow), "can hold");
    // The 0 makes the file empty, but strides would overflow.
    overflow = bytes({0, 0, 8, 5}) + bytes({0, 0, 0, 0}) + overflow.substr(4);
    has(error_in(overflow), "can hold");
  }

  TEST_CASE("another kind of file is refused") {
    has(error_in("\x89PNG\r\n"), "begins with 0, 0 and a type (8, 9, 11, 12, 13 or 14); got ");
    has(error_in(bytes({0, 0, 10, 1, 0, 0, 0, 0})), "with 0, 0, 10");
    has(testing::error_of([] { read_idx("/nowhere/x"); }),
        "read_idx: the file must exist; got path /nowhere/x");
    has(testing::error_of([] { read_idx("/tmp"); }),
        "read_idx: a regular file is required; got path /tmp");
  }

  TEST_CASE("a compressed file with a wrong checksum is refused") {
    const TemporaryFolder folder;
    std::string packed = gzip(folder, kPlain);
    packed[packed.size() - 8] ^= 1;
    has(error_in(packed), "is damaged after");
  }
}
