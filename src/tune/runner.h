#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <list>
#include <string>
#include <vector>

#include "tune/journal.h"
#include "tune/process.h"

#include "gradtape/tune/study.h"

namespace gradtape::tune {

// In the environment of a trial's process: which trial it is, as JSON.
inline constexpr const char* kTrialVariable = "GRADTAPE_TRIAL";

// A folder: the user's, or a temporary one that is removed in the end.
class StudyFolder {
 public:
  explicit StudyFolder(const std::string& path);
  ~StudyFolder();
  StudyFolder(const StudyFolder&) = delete;
  StudyFolder& operator=(const StudyFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  bool temporary_;
};

// Runs the trials of some brackets, several at a time, and promotes the best of each rung. Brackets
// do not wait for each other.
class Runner {
 public:
  using Point = std::function<Parameters(int64_t configuration)>;

  // Throws: see Study.
  Runner(const Space& space, const StudyOptions& options, const std::string& method,
         const std::vector<Bracket>& brackets, Point point);

  // The finished trials by number.
  std::vector<TrialResult> run();

 private:
  using Clock = std::chrono::steady_clock;

  // A bracket on its way. Its rungs' trials have numbers from first_number on, whether they are
  // reached or not, so that a number always means the same trial.
  struct Progressing {
    Bracket rungs;
    std::vector<int64_t> first_number{};
    size_t rung = 0;
    int64_t pending = 0;
    std::vector<TrialResult> finished{};  // of this rung
  };
  struct Running {
    Running(TrialResult what, const std::vector<std::string>& variables, const std::string& log)
        : trial(std::move(what)), process(variables, log), start(Clock::now()) {}

    TrialResult trial;
    Process process;
    Clock::time_point start;
    std::string text{};  // of its messages, the part that is no whole line yet
    bool answered = false;
  };

  void start_rung(size_t bracket, std::vector<int64_t> configurations);
  void finish(TrialResult trial);
  void end_rung(size_t bracket);
  void launch(TrialResult trial);
  void wait() const;
  void read(Running& running) const;
  bool collect(Running& running) const;

  const Space& space_;
  const StudyOptions& options_;
  std::vector<Progressing> brackets_;
  Point point_;
  int64_t parallel_, planned_ = 0;
  StudyFolder folder_;
  Journal journal_;
  std::deque<TrialResult> ready_;
  std::list<Running> running_;
  std::vector<TrialResult> results_;
};

}  // namespace gradtape::tune
