#include "io/file.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <unistd.h>

#include "gradtape/core/error.h"

namespace gradtape::io {

uint64_t file_size(const std::string& path, const char* op) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  GRADTAPE_CHECK(fs::exists(status), op, ": the file must exist; got path ", path);
  GRADTAPE_CHECK(fs::is_regular_file(status), op, ": a regular file is required; got path ", path);
  const uint64_t size = fs::file_size(path, error);
  GRADTAPE_CHECK(!error, op, ": cannot read ", path, ": ", error.message());
  return size;
}

InputFile::InputFile(const std::string& path, const char* op)
    : path_(path), op_(op), size_(file_size(path, op)), file_(std::fopen(path.c_str(), "rb")) {
  GRADTAPE_CHECK(file_, op, ": cannot read ", path, ": ", std::strerror(errno));
}

void InputFile::read(void* target, size_t bytes) {
  const size_t got = bytes > 0 ? std::fread(target, 1, bytes, file_) : 0;
  GRADTAPE_CHECK(got == bytes, op_, ": ", path_, " ended ", bytes - got,
                 " bytes early while it was read");
}

OutputFile::OutputFile(const std::string& path, const char* op) : path_(path), op_(op) {
  static std::atomic<unsigned> count{0};
  temporary_ = str(path, ".", getpid(), ".", count++, ".tmp");
  file_ = std::fopen(temporary_.c_str(), "wb");
  if (!file_) fail("create");
}

OutputFile::~OutputFile() {
  if (!file_) return;
  std::fclose(file_);
  std::remove(temporary_.c_str());
}

void OutputFile::write(const void* data, size_t bytes) {
  if (bytes > 0 && std::fwrite(data, 1, bytes, file_) != bytes) fail("write");
}

void OutputFile::commit() {
  if (std::fflush(file_) != 0 || fsync(fileno(file_)) != 0) fail("write");
  const int closed = std::fclose(file_);
  file_ = nullptr;
  if (closed != 0 || std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int reason = errno;
    std::remove(temporary_.c_str());
    errno = reason;
    fail("write");
  }
}

void OutputFile::fail(const char* action) {
  detail::fail(op_, ": cannot ", action, " ", path_, ": ", std::strerror(errno));
}

}  // namespace gradtape::io
