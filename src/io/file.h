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

// The one way in which the library writes a file. It appears under its name only when it is
// complete: it is written beside its place, under a name that nobody can guess, and commit() brings
// it to the disk and renames it. Without commit() nothing is left of it; what a killed process left
// is removed by the next one that writes into the folder.
//
// A file that exists keeps its mode; behind a symlink the target is replaced; what is no regular
// file (a device, a pipe) is written directly.
class OutputFile {
 public:
  // op begins the messages: "save_safetensors".
  OutputFile(const std::string& path, const char* op);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void write(const void* data, size_t bytes);
  void commit();

 private:
  void create_beside();
  [[noreturn]] void fail(const char* action);

  std::string path_;       // as it was given
  std::string target_;     // what is replaced: behind symlinks
  std::string temporary_;  // empty where the target is written directly
  const char* op_;
  std::FILE* file_ = nullptr;
};

}  // namespace gradtape::io
