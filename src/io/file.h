#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>

namespace gradtape::io {

// A regular file's size. Throws: Error naming op and path if there is none.
uint64_t file_size(const std::string& path, const char* op);

// A file that is being read; every failure is an Error that names op and path.
class InputFile {
 public:
  InputFile(const std::string& path, const char* op);
  ~InputFile() { std::fclose(file_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  uint64_t size() const { return size_; }
  void read(void* target, size_t bytes);

 private:
  std::string path_;
  const char* op_;
  uint64_t size_;
  std::FILE* file_;
};

// A file that appears under its name only when it is complete: it is written beside its place, and
// commit() brings it to the disk and renames it. Without commit() nothing is left of it.
class OutputFile {
 public:
  OutputFile(const std::string& path, const char* op);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(const void* data, size_t bytes);
  void commit();

 private:
  [[noreturn]] void fail(const char* action);

  std::string path_;
  std::string temporary_;
  const char* op_;
  std::FILE* file_;
};

}  // namespace gradtape::io
