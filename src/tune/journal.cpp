#include "tune/journal.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tune/json.h"

#include "gradtape/core/error.h"

namespace gradtape::tune {

Journal::Journal(const std::string& folder, const std::string& header)
    : path_(folder + "/journal.jsonl") {
  // A checkpoint in it would be taken for one of this study.
  GRADTAPE_CHECK(
      std::filesystem::exists(path_) || !std::filesystem::exists(folder + "/configurations"),
      "search: a folder with configurations must have a journal; got ", folder);
  file_ = open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  GRADTAPE_CHECK(file_ >= 0, "search: cannot open ", path_, ": ", std::strerror(errno));
  try {
    struct stat status {};
    GRADTAPE_CHECK(fstat(file_, &status) == 0 && S_ISREG(status.st_mode), "search: ", path_,
                   " must be a regular file");
    GRADTAPE_CHECK(flock(file_, LOCK_EX | LOCK_NB) == 0, "search: ", path_,
                   " is in use by another process");
    read(header);
  } catch (...) {
    close(file_);
    throw;
  }
}

Journal::~Journal() { close(file_); }

void Journal::read(const std::string& header) {
  std::string text;
  char buffer[1 << 16];
  ssize_t got = 0;
  while ((got = ::read(file_, buffer, sizeof buffer)) > 0)
    text.append(buffer, static_cast<size_t>(got));
  GRADTAPE_CHECK(got == 0, "search: cannot read ", path_, ": ", std::strerror(errno));

  const size_t complete = text.rfind('\n') + 1;  // 0 if there is no complete line
  const std::string_view first = std::string_view(text).substr(0, text.find('\n'));
  const bool same = complete > 0 ? first == header : header.starts_with(first);
  GRADTAPE_CHECK(same, "search: ", path_,
                 " is of another study: choose another folder. It must begin with ", header,
                 "; got ", first.substr(0, 200));
  size_t begin = complete > 0 ? header.size() + 1 : 0;
  for (int64_t number = 2; begin < complete; ++number) {
    const size_t end = text.find('\n', begin);
    try {
      TrialResult trial = trial_of(Json::parse(text.substr(begin, end - begin)));
      const int64_t key = trial.number;
      trials_.emplace(key, std::move(trial));
    } catch (const std::exception& error) {
      detail::fail("search: line ", number, " of ", path_, " must be a trial; got ", error.what());
    }
    begin = end + 1;
  }
  GRADTAPE_CHECK(ftruncate(file_, static_cast<off_t>(complete)) == 0, "search: cannot write ",
                 path_, ": ", std::strerror(errno));
  if (complete == 0) append(header + '\n');
}

const TrialResult* Journal::find(int64_t number) const {
  const auto found = trials_.find(number);
  return found == trials_.end() ? nullptr : &found->second;
}

void Journal::add(const TrialResult& trial) {
  append(line(to_json(trial)));
  trials_.emplace(trial.number, trial);
}

void Journal::append(const std::string& text) {
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = write(file_, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    GRADTAPE_CHECK(count > 0, "search: cannot write ", path_, ": ", std::strerror(errno));
    written += static_cast<size_t>(count);
  }
  GRADTAPE_CHECK(fsync(file_) == 0, "search: cannot write ", path_, ": ", std::strerror(errno));
}

}  // namespace gradtape::tune
