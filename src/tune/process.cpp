#include "tune/process.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gradtape/core/error.h"

namespace gradtape::tune {
namespace {

// The arguments of this process, as it was started.
std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::vector<std::string> arguments;
  for (size_t begin = 0; begin < text.size();) {
    arguments.emplace_back(text.c_str() + begin);
    begin += arguments.back().size() + 1;
  }
  GRADTAPE_CHECK(!arguments.empty(), "search: cannot read /proc/self/cmdline");
  return arguments;
}

// This process's environment with some variables replaced.
std::vector<std::string> environment(const std::vector<std::string>& variables) {
  std::vector<std::string> result = variables;
  for (char** entry = environ; *entry; ++entry) {
    const std::string text = *entry;
    const std::string key = text.substr(0, text.find('=') + 1);
    bool replaced = false;
    for (const std::string& variable : variables) replaced |= variable.starts_with(key);
    if (!replaced) result.push_back(text);
  }
  return result;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (std::string& text : strings) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

// posix_spawn, not fork: a copy of a process with OpenMP threads may hang.
int spawn(pid_t& id, const std::string& program, int channel, const std::string& log,
          std::vector<std::string> arguments, std::vector<std::string> variables) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, channel, kChannel);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC,
                                   0666);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);

  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  for (const int signal : {SIGINT, SIGTERM, SIGPIPE, SIGCHLD}) sigaddset(&signals, signal);
  posix_spawnattr_setsigdefault(&attributes, &signals);

  const int error = posix_spawn(&id, program.c_str(), &files, &attributes,
                                pointers(arguments).data(), pointers(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  return error;
}

}  // namespace

Process::Process(const std::vector<std::string>& variables, const std::string& log) {
  std::vector<std::string> arguments = own_arguments();
  int ends[2];
  GRADTAPE_CHECK(pipe2(ends, O_CLOEXEC) == 0, "search: cannot make a pipe: ", std::strerror(errno));
  const int error =
      spawn(id_, "/proc/self/exe", ends[1], log, std::move(arguments), environment(variables));
  close(ends[1]);
  channel_ = ends[0];
  if (error != 0) {
    close(channel_);
    detail::fail("search: cannot start this program again with its output in ", log, ": ",
                 std::strerror(error));
  }
  fcntl(channel_, F_SETFL, O_NONBLOCK);
}

Process::~Process() {
  // Not yet waited for, so the number is still its own. The group has what it started itself.
  kill(-id_, SIGKILL);
  while (waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (channel_ >= 0) close(channel_);
}

std::string Process::read() {
  std::string text;
  char buffer[4096];
  while (channel_ >= 0) {
    const ssize_t got = ::read(channel_, buffer, sizeof buffer);
    if (got > 0) {
      text.append(buffer, static_cast<size_t>(got));
    } else if (got == 0) {
      close(channel_);
      channel_ = -1;
    } else if (errno != EINTR) {
      break;
    }
  }
  return text;
}

std::optional<std::string> Process::ended() const {
  siginfo_t info{};
  // It is left to be waited for, so that the destructor may still name its group.
  const int error = waitid(P_PID, static_cast<id_t>(id_), &info, WEXITED | WNOHANG | WNOWAIT);
  // Where the program ignores SIGCHLD nobody learns how a process ended: its last word counts.
  if (error != 0) return "";
  if (info.si_pid == 0) return std::nullopt;
  if (info.si_code == CLD_EXITED)
    return info.si_status == 0 ? "" : str("exited with status ", info.si_status);
  return str("killed by signal ", info.si_status, " (", strsignal(info.si_status), ")");
}

}  // namespace gradtape::tune
