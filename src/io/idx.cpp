#include "gradtape/io/idx.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <vector>

#include <zlib.h>

#include "io/file.h"

#include "gradtape/core/error.h"
#include "gradtape/ops/factory.h"

namespace gradtape::io {
namespace {

struct IdxType {
  uint8_t code;
  ScalarType dtype;
};
constexpr IdxType kTypes[] = {{0x08, kUInt8}, {0x09, kInt8},    {0x0B, kInt16},
                              {0x0C, kInt32}, {0x0D, kFloat32}, {0x0E, kFloat64}};

// deflate cannot make more than 1032 bytes of one.
constexpr uint64_t kLargestRatio = 1032;

// Reads plain and gzip files alike, as zlib does by itself.
class GzReader {
 public:
  explicit GzReader(const std::string& path) : path_(path), size_(file_size(path, "read_idx")) {
    file_ = gzopen(path.c_str(), "rb");
    GRADTAPE_CHECK(file_, "read_idx: cannot read ", path, ": ", std::strerror(errno));
    gzbuffer(file_, 1 << 17);
  }
  ~GzReader() { gzclose(file_); }
  GzReader(const GzReader&) = delete;
  GzReader& operator=(const GzReader&) = delete;

  // Bytes that the content can have at most.
  uint64_t largest_content() { return gzdirect(file_) ? size_ : size_ * kLargestRatio; }
  uint64_t size() const { return size_; }

  // False if a compressed file was cut, be it in its checksum.
  bool complete() {
    int code = Z_OK;
    gzerror(file_, &code);
    return code != Z_BUF_ERROR;
  }

  // Up to bytes bytes; fewer at the end of the file.
  uint64_t read(void* target, uint64_t bytes) {
    uint64_t done = 0;
    while (done < bytes) {
      const auto part = static_cast<unsigned>(std::min<uint64_t>(bytes - done, 1 << 30));
      const int got = gzread(file_, static_cast<char*>(target) + done, part);
      if (got <= 0) break;
      done += got;
    }
    int code = Z_OK;
    const char* reason = gzerror(file_, &code);
    GRADTAPE_CHECK(code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR, "read_idx: ", path_,
                   " is damaged after ", gztell(file_), " bytes: ", reason);
    return done;
  }

 private:
  std::string path_;
  uint64_t size_;
  gzFile file_;
};

// IDX is big-endian.
void swap_bytes(std::byte* data, int64_t count, size_t width) {
  if (width == 1 || std::endian::native == std::endian::big) return;
  for (int64_t i = 0; i < count; ++i) std::reverse(data + i * width, data + (i + 1) * width);
}

std::string compressed(GzReader& file, uint64_t largest) {
  return largest > file.size() ? str(" (", file.size(), " compressed)") : std::string();
}

}  // namespace

Tensor read_idx(const std::string& path) {
  GzReader file(path);
  const uint64_t largest = file.largest_content();
  uint8_t magic[4];
  const uint64_t magic_bytes = file.read(magic, 4);
  GRADTAPE_CHECK(magic_bytes == 4, "read_idx: an IDX file begins with 4 bytes; got ", path,
                 " with ", magic_bytes);
  const auto type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                 [&](const IdxType& t) { return t.code == magic[2]; });
  GRADTAPE_CHECK(magic[0] == 0 && magic[1] == 0 && type != std::end(kTypes),
                 "read_idx: an IDX file begins with 0, 0 and a type (8, 9, 11, 12, 13 or 14); got ",
                 path, " with ", +magic[0], ", ", +magic[1], ", ", +magic[2]);
  const size_t rank = magic[3];
  std::vector<uint8_t> header(4 * rank);
  const uint64_t header_bytes = file.read(header.data(), header.size());
  GRADTAPE_CHECK(header_bytes == header.size(), "read_idx: a header of rank ", rank, " has ",
                 4 + header.size(), " bytes; got ", path, " with ", 4 + header_bytes);

  DimVector sizes(rank);
  uint64_t bytes = element_size(type->dtype);
  bool fits = true;
  for (size_t i = 0; i < rank; ++i) {
    const uint8_t* p = &header[4 * i];
    sizes[i] = int64_t{p[0]} << 24 | p[1] << 16 | p[2] << 8 | p[3];
    // A size of 0 must not hide the product of the others, which strides are made of.
    fits = fits && !__builtin_mul_overflow(bytes, std::max<uint64_t>(sizes[i], 1), &bytes);
  }
  fits = fits && bytes < (uint64_t{1} << 62);
  for (const int64_t size : sizes) bytes = size == 0 ? 0 : bytes;
  const uint64_t available = largest - std::min<uint64_t>(largest, 4 + header.size());
  GRADTAPE_CHECK(fits && bytes <= available, "read_idx: the header of ", path, " says sizes ",
                 sizes, " of ", type->dtype, ", more than the file's ", file.size(),
                 " bytes can hold");

  Tensor result = empty(sizes, type->dtype);
  auto* data = static_cast<std::byte*>(result.data_ptr());
  const uint64_t got = file.read(data, bytes);
  GRADTAPE_CHECK(got == bytes, "read_idx: the header of ", path, " says sizes ", sizes,
                 ", that is ", bytes, " bytes; the file is truncated after ", got,
                 compressed(file, largest));
  uint8_t more;
  GRADTAPE_CHECK(file.read(&more, 1) == 0, "read_idx: the header of ", path, " says sizes ", sizes,
                 ", that is ", bytes, " bytes; the file has more", compressed(file, largest));
  GRADTAPE_CHECK(file.complete(), "read_idx: ", path, " (", file.size(),
                 " compressed) is truncated within its checksum");
  swap_bytes(data, result.numel(), element_size(type->dtype));
  return result;
}

namespace {

std::vector<uint8_t> gzip(const std::vector<uint8_t>& plain, const std::string& path) {
  z_stream stream{};
  // 16: with gzip's header, which then holds no time, so that equal content gives equal files.
  GRADTAPE_CHECK(
      deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 9, Z_DEFAULT_STRATEGY) == Z_OK,
      "write_idx: zlib cannot start; got path ", path);
  std::vector<uint8_t> result(deflateBound(&stream, plain.size()));
  stream.next_in = const_cast<uint8_t*>(plain.data());
  stream.next_out = result.data();
  uint64_t left = plain.size();
  uint64_t room = result.size();
  int code = Z_OK;
  while (code == Z_OK) {  // zlib counts in 32 bits
    const auto in = static_cast<uInt>(std::min<uint64_t>(left, 1 << 30));
    const auto out = static_cast<uInt>(std::min<uint64_t>(room, 1 << 30));
    stream.avail_in = in;
    stream.avail_out = out;
    code = deflate(&stream, in == left ? Z_FINISH : Z_NO_FLUSH);
    left -= in - stream.avail_in;
    room -= out - stream.avail_out;
  }
  deflateEnd(&stream);
  GRADTAPE_CHECK(code == Z_STREAM_END, "write_idx: zlib failed with code ", code, "; got path ",
                 path);
  result.resize(result.size() - room);
  return result;
}

}  // namespace

void write_idx(const std::string& path, const Tensor& tensor) {
  const auto type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                 [&](const IdxType& t) { return t.dtype == tensor.dtype(); });
  GRADTAPE_CHECK(type != std::end(kTypes), "write_idx: IDX has no type for ", tensor.dtype(),
                 "; got tensor ", tensor.sizes());
  const IntArrayRef sizes = tensor.sizes();
  GRADTAPE_CHECK(sizes.size() <= 255, "write_idx: the rank must be at most 255; got ",
                 sizes.size());
  std::vector<uint8_t> content = {0, 0, type->code, static_cast<uint8_t>(sizes.size())};
  for (const int64_t size : sizes) {
    GRADTAPE_CHECK(size <= std::numeric_limits<uint32_t>::max(),
                   "write_idx: each size must fit in 32 bits; got tensor ", sizes);
    for (int shift = 24; shift >= 0; shift -= 8)
      content.push_back(static_cast<uint8_t>(size >> shift));
  }
  const Tensor dense = tensor.detach().contiguous();
  const auto* bytes = static_cast<const uint8_t*>(dense.data_ptr());
  const size_t start = content.size();
  content.insert(content.end(), bytes, bytes + dense.nbytes());
  swap_bytes(reinterpret_cast<std::byte*>(content.data() + start), dense.numel(), dense.itemsize());

  if (path.ends_with(".gz")) content = gzip(content, path);
  OutputFile file(path, "write_idx");
  file.write(content.data(), content.size());
  file.commit();
}

}  // namespace gradtape::io
