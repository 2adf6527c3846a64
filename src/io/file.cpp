#include "io/file.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gradtape/core/error.h"
#include "gradtape/io/file.h"

namespace gradtape::io {

uint64_t file_size(const std::string& path, const char* op) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  GRADTAPE_CHECK(status.type() != fs::file_type::none, op, ": cannot read ", path, ": ",
                 error.message());
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

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPrefix = ".gradtape-", kSuffix = ".tmp";
constexpr size_t kDigits = 16;

std::string folder_of(const std::string& path) {
  const std::string folder = fs::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

// The file that a symlink stands for, which need not exist. Sets errno and returns "" if there is
// none: a ring of links, a folder on the way that is missing.
std::string follow_links(const std::string& path) {
  constexpr int kMostLinks = 40;  // as Linux
  fs::path target = path;
  for (int links = 0; links <= kMostLinks; ++links) {
    struct stat status;
    if (lstat(target.c_str(), &status) != 0) return errno == ENOENT ? target.string() : "";
    if (!S_ISLNK(status.st_mode)) return target.string();
    std::error_code error;
    const fs::path link = fs::read_symlink(target, error);
    if (error) {
      errno = error.value();
      return "";
    }
    target = target.parent_path() / link;  // an absolute link replaces the folder
  }
  errno = ELOOP;
  return "";
}

std::string temporary_name() {
  uint64_t bits = 0;
  if (getrandom(&bits, sizeof bits, 0) != sizeof bits) return "";
  std::string name(kPrefix);
  for (size_t i = 0; i < kDigits; ++i) name += "0123456789abcdef"[bits >> (4 * i) & 15];
  return name.append(kSuffix);
}

bool is_temporary(std::string_view name) {
  return name.size() == kPrefix.size() + kDigits + kSuffix.size() && name.starts_with(kPrefix) &&
         name.ends_with(kSuffix) &&
         name.substr(kPrefix.size(), kDigits).find_first_not_of("0123456789abcdef") ==
             std::string_view::npos;
}

// Whoever writes a temporary file holds its lock, which ends with the process: a file that can be
// locked is one of a process that was killed.
void remove_stale(const std::string& folder) {
  std::error_code ignored;
  for (fs::directory_iterator entry(folder, ignored), end; !ignored && entry != end;
       entry.increment(ignored)) {
    if (!is_temporary(entry->path().filename().string())) continue;
    const int file =
        open(entry->path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (file < 0) continue;
    struct stat status;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
        flock(file, LOCK_EX | LOCK_NB) == 0)
      unlink(entry->path().c_str());
    close(file);
  }
}

// Pipes and many devices have nothing to bring to a disk.
bool synchronized(int file) {
  return fsync(file) == 0 || errno == EINVAL || errno == EROFS || errno == ENOTSUP;
}

}  // namespace

OutputFile::OutputFile(const std::string& path, const char* op) : path_(path), op_(op) {
  struct stat status;
  const bool exists = stat(path.c_str(), &status) == 0;
  if (exists && S_ISDIR(status.st_mode)) errno = EISDIR;
  if (exists ? S_ISDIR(status.st_mode) : errno != ENOENT) fail("create");
  // Of /dev/stdout and its like the path says nothing: the file behind it is written as it is.
  struct stat same;
  if (exists && S_ISREG(status.st_mode)) target_ = follow_links(path);
  const bool direct = exists && (!S_ISREG(status.st_mode) || target_.empty() ||
                                 lstat(target_.c_str(), &same) != 0 ||
                                 same.st_dev != status.st_dev || same.st_ino != status.st_ino);
  if (direct) {
    target_ = path;
    const int file = open(path.c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC | O_NOCTTY);
    if (file < 0) fail("create");
    file_ = fdopen(file, "wb");
    if (!file_) close(file);
  } else {
    if (!exists) target_ = follow_links(path);
    if (target_.empty()) fail("create");
    // Renaming would replace what may not be written.
    if (exists && faccessat(AT_FDCWD, target_.c_str(), W_OK, AT_EACCESS) != 0) fail("create");
    create_beside();
  }
  if (!file_) fail("create");
}

void OutputFile::create_beside() {
  const std::string folder = folder_of(target_);
  remove_stale(folder);
  struct stat status;
  const bool exists = stat(target_.c_str(), &status) == 0;
  const mode_t mode = exists ? status.st_mode & 0777 : 0666;
  for (;;) {
    const std::string name = temporary_name();
    if (name.empty()) fail("create");
    temporary_ = (fs::path(folder) / name).string();
    const int file = open(temporary_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file < 0 && errno == EEXIST) continue;
    if (file < 0) fail("create");
    // Another process may have taken it for a stale one before it was locked.
    struct stat own;
    if (flock(file, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      close(file);
      continue;
    }
    if (fstat(file, &own) == 0 && own.st_nlink == 0) {
      close(file);
      continue;
    }
    // As far as it is allowed: only root may give files away.
    [[maybe_unused]] const int owned = exists ? fchown(file, status.st_uid, status.st_gid) : 0;
    // The umask is for new files.
    if ((exists && fchmod(file, mode) != 0) || !(file_ = fdopen(file, "wb"))) {
      const int reason = errno;
      unlink(temporary_.c_str());
      close(file);
      errno = reason;
      fail("create");
    }
    return;
  }
}

OutputFile::~OutputFile() {
  if (!file_) return;
  std::fclose(file_);
  if (!temporary_.empty()) std::remove(temporary_.c_str());
}

void OutputFile::write(const void* data, size_t bytes) {
  if (bytes > 0 && std::fwrite(data, 1, bytes, file_) != bytes) fail("write");
}

void OutputFile::commit() {
  if (std::fflush(file_) != 0 || !synchronized(fileno(file_))) fail("write");
  if (temporary_.empty()) {
    if (std::fclose(std::exchange(file_, nullptr)) != 0) fail("write");
    return;
  }
  // Renamed before it is closed, and with that unlocked.
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) fail("write");
  temporary_.clear();
  if (std::fclose(std::exchange(file_, nullptr)) != 0) fail("write");
  // The name is on the disk when the folder is; one that may not be read cannot be asked for it.
  const int folder = open(folder_of(target_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return;
  const bool lost = fsync(folder) != 0 && errno == EIO;
  close(folder);
  if (lost) {
    errno = EIO;
    fail("write");
  }
}

void OutputFile::fail(const char* action) {
  detail::fail(op_, ": cannot ", action, " ", path_, ": ", std::strerror(errno));
}

void write_file(const std::string& path, std::string_view bytes) {
  OutputFile file(path, "write_file");
  file.write(bytes.data(), bytes.size());
  file.commit();
}

void check_writable(const std::string& path) {
  struct stat status;
  // Opening a pipe waits for its reader, and a device may do something.
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    GRADTAPE_CHECK(faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0,
                   "write_file: cannot create ", path, ": ", std::strerror(errno));
    return;
  }
  const OutputFile file(path, "write_file");
}

}  // namespace gradtape::io
