#pragma once

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace gradtape::tune {

// The descriptor on which a trial's process finds its pipe.
inline constexpr int kChannel = 3;

// This program, started again by exec with the same arguments and some environment changed; a group
// of its own, which ends with this object.
class Process {
 public:
  // Variables are "NAME=value". What the process prints goes to the log.
  //
  // Throws: Error if it cannot be started.
  Process(const std::vector<std::string>& variables, const std::string& log);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // What it has written to its pipe since the last call; does not wait.
  std::string read();
  // Why it ended: empty if all was well; nothing while it runs.
  std::optional<std::string> ended() const;
  // To wait on; -1 when nothing more will come.
  int channel() const { return channel_; }

 private:
  pid_t id_;
  int channel_;
};

}  // namespace gradtape::tune
