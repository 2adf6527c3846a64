#include "tune/runner.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <numeric>

#include <poll.h>
#include <unistd.h>

#include "tune/json.h"

#include "gradtape/core/parallel.h"

namespace gradtape::tune {
namespace fs = std::filesystem;

namespace {

void make_folder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  GRADTAPE_CHECK(!error, "search: cannot make the folder ", path, ": ", error.message());
}

// What a journal must begin with to be continued by this study.
std::string header(const Space& space, const StudyOptions& options, const std::string& method) {
  const Json json{{"journal", "gradtape search 1"},
                  {"name", options.name()},
                  {"method", method},
                  {"seed", options.seed()},
                  {"maximize", options.maximize()},
                  {"space", to_json(space)}};
  return json.dump();
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

StudyFolder::StudyFolder(const std::string& path) : path_(path), temporary_(path.empty()) {
  if (temporary_) {
    path_ = (fs::temp_directory_path() / "gradtape-search-XXXXXX").string();
    GRADTAPE_CHECK(mkdtemp(path_.data()),
                   "search: cannot make a temporary folder: ", std::strerror(errno));
  } else {
    make_folder(path_);
    // A trial may change its working directory.
    path_ = fs::absolute(path_).string();
  }
}

StudyFolder::~StudyFolder() {
  std::error_code ignored;
  if (temporary_) fs::remove_all(path_, ignored);
}

Runner::Runner(const Space& space, const StudyOptions& options, const std::string& method,
               const std::vector<Bracket>& brackets, Point point)
    : space_(space),
      options_(options),
      point_(std::move(point)),
      parallel_(options.parallel() > 0
                    ? options.parallel()
                    : std::max<int64_t>(1, get_num_threads() / options.threads())),
      folder_(options.folder()),
      journal_(folder_.path(), header(space, options, method)) {
  for (const Bracket& rungs : brackets) {
    Progressing bracket{rungs};
    for (const Rung& rung : rungs) {
      bracket.first_number.push_back(planned_);
      planned_ += rung.trials;
    }
    brackets_.push_back(std::move(bracket));
  }
}

std::vector<TrialResult> Runner::run() {
  int64_t configuration = 0;
  for (size_t i = 0; i < brackets_.size(); ++i) {
    std::vector<int64_t> configurations(static_cast<size_t>(brackets_[i].rungs[0].trials));
    std::iota(configurations.begin(), configurations.end(), configuration);
    configuration += brackets_[i].rungs[0].trials;
    start_rung(i, std::move(configurations));
  }
  while (!ready_.empty() || !running_.empty()) {
    while (!ready_.empty() && static_cast<int64_t>(running_.size()) < parallel_) {
      TrialResult next = std::move(ready_.front());
      ready_.pop_front();
      launch(std::move(next));
    }
    wait();
    for (auto it = running_.begin(); it != running_.end();) {
      if (!collect(*it)) {
        ++it;
        continue;
      }
      TrialResult trial = std::move(it->trial);
      it = running_.erase(it);
      journal_.add(trial);
      results_.push_back(trial);
      if (options_.progress())
        options_.progress()({trial, static_cast<int64_t>(results_.size()), planned_});
      finish(std::move(trial));
    }
  }
  std::sort(results_.begin(), results_.end(),
            [](const TrialResult& a, const TrialResult& b) { return a.number < b.number; });
  return std::move(results_);
}

void Runner::start_rung(size_t bracket, std::vector<int64_t> configurations) {
  Progressing& b = brackets_[bracket];
  b.pending = static_cast<int64_t>(configurations.size());
  std::vector<TrialResult> known;
  for (size_t i = 0; i < configurations.size(); ++i) {
    TrialResult trial;
    trial.number = b.first_number[b.rung] + static_cast<int64_t>(i);
    trial.configuration = configurations[i];
    trial.bracket = static_cast<int64_t>(bracket);
    trial.resource = b.rungs[b.rung].resource;
    trial.parameters = point_(trial.configuration);
    const TrialResult* found = journal_.find(trial.number);
    if (!found) {
      ready_.push_back(std::move(trial));
      continue;
    }
    GRADTAPE_CHECK(found->parameters == trial.parameters && found->resource == trial.resource &&
                       found->configuration == trial.configuration,
                   "search: trial ", trial.number,
                   " of the journal must have the parameters that the study gives it; got ",
                   to_json(found->parameters).dump(), ", not ", to_json(trial.parameters).dump());
    known.push_back(*found);
  }
  for (TrialResult& trial : known) {
    results_.push_back(trial);
    finish(std::move(trial));
  }
}

void Runner::finish(TrialResult trial) {
  const auto bracket = static_cast<size_t>(trial.bracket);
  Progressing& b = brackets_[bracket];
  b.finished.push_back(std::move(trial));
  if (--b.pending == 0) end_rung(bracket);
}

void Runner::end_rung(size_t bracket) {
  Progressing& b = brackets_[bracket];
  std::vector<TrialResult> finished = std::move(b.finished);
  b.finished.clear();
  if (++b.rung == b.rungs.size()) return;
  std::erase_if(finished, [](const TrialResult& trial) { return !trial.done(); });
  // Of equals, the first: the order in which they finished must not matter.
  std::sort(finished.begin(), finished.end(), [&](const TrialResult& x, const TrialResult& y) {
    if (x.value != y.value) return options_.maximize() ? x.value > y.value : x.value < y.value;
    return x.configuration < y.configuration;
  });
  if (const auto keep = static_cast<size_t>(b.rungs[b.rung].trials); finished.size() > keep)
    finished.resize(keep);
  std::vector<int64_t> configurations;
  for (const TrialResult& trial : finished) configurations.push_back(trial.configuration);
  std::sort(configurations.begin(), configurations.end());
  if (!configurations.empty()) start_rung(bracket, std::move(configurations));
}

void Runner::launch(TrialResult trial) {
  const std::string folder = str(folder_.path(), "/configurations/", trial.configuration);
  make_folder(folder);
  const Json json{{"study", options_.name()},   {"parent", getpid()},
                  {"space", to_json(space_)},   {"parameters", to_json(trial.parameters)},
                  {"number", trial.number},     {"configuration", trial.configuration},
                  {"resource", trial.resource}, {"folder", folder}};
  const std::vector<std::string> variables{str(kTrialVariable, '=', json.dump()),
                                           str("OMP_NUM_THREADS=", options_.threads())};
  const std::string log = str(folder_.path(), "/trial-", trial.number, ".log");
  running_.emplace_back(std::move(trial), variables, log);
}

// Until something may have happened: a message, an end, a time limit.
void Runner::wait() const {
  if (running_.empty()) return;
  // A process whose pipe is still held by another one is noticed by looking now and then.
  double seconds = 0.2;
  std::vector<pollfd> channels;
  for (const Running& running : running_) {
    if (running.process.channel() < 0)
      seconds = 0.001;  // about to end
    else
      channels.push_back({running.process.channel(), POLLIN, 0});
    if (options_.time_limit() > 0)
      seconds = std::min(seconds, options_.time_limit() - seconds_since(running.start));
  }
  const int milliseconds = std::max(0, static_cast<int>(seconds * 1000) + 1);
  poll(channels.data(), channels.size(), milliseconds);
}

void Runner::read(Running& running) const {
  running.text += running.process.read();
  for (size_t end = 0; (end = running.text.find('\n')) != std::string::npos;) {
    const Json message = Json::parse(running.text.substr(0, end));
    running.text.erase(0, end + 1);
    TrialResult& trial = running.trial;
    if (message.contains("report")) {
      trial.reports.emplace_back(message["report"][0], message["report"][1]);
    } else if (message.contains("value")) {
      trial.value = message["value"];
      running.answered = true;
    } else {
      trial.reason = message["reason"];
    }
  }
}

// Whether it has ended; then the trial says how.
bool Runner::collect(Running& running) const {
  TrialResult& trial = running.trial;
  const double seconds = seconds_since(running.start);
  // Before the last reading, so that nothing is written after it.
  const std::optional<std::string> ended = running.process.ended();
  read(running);
  const bool late = options_.time_limit() > 0 && seconds > options_.time_limit();
  if (!ended && !late) return false;
  trial.seconds = seconds;
  if (!ended)
    trial.reason = str("exceeded the time limit of ", options_.time_limit(), " s");
  else if (trial.reason.empty())
    trial.reason = *ended;
  if (trial.reason.empty() && !running.answered) trial.reason = "ended without a value";
  trial.status = trial.reason.empty() ? TrialResult::Status::kDone : TrialResult::Status::kFailed;
  if (!trial.done()) trial.value = std::numeric_limits<double>::quiet_NaN();
  return true;
}

}  // namespace gradtape::tune
