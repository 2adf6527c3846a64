#include "examples/common/process.h"

#include <array>
#include <filesystem>

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace examples {

std::string this_program() { return std::filesystem::read_symlink("/proc/self/exe"); }

namespace {

// A file in memory, from which a program can read at its own pace. -1 if there is no room.
int file_of(const std::string& text) {
  const int file = memfd_create("input", MFD_CLOEXEC);
  if (file < 0) return -1;
  for (size_t done = 0; done < text.size();) {
    const ssize_t count = write(file, text.data() + done, text.size() - done);
    if (count <= 0) {
      close(file);
      return -1;
    }
    done += static_cast<size_t>(count);
  }
  lseek(file, 0, SEEK_SET);
  return file;
}

}  // namespace

Finished run_process(const std::vector<std::string>& command, const std::string& input) {
  Finished result;
  const int input_file = file_of(input);
  if (input_file < 0) return result;
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) {
    close(input_file);
    return result;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input_file, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], STDOUT_FILENO);

  std::vector<std::string> copies = command;
  std::vector<char*> arguments;
  for (std::string& argument : copies) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  pid_t process = 0;
  const int error =
      posix_spawnp(&process, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(pipe_ends[1]);
  close(input_file);

  std::array<char, 4096> buffer{};
  for (ssize_t count = 0; (count = read(pipe_ends[0], buffer.data(), buffer.size())) > 0;)
    result.output.append(buffer.data(), static_cast<size_t>(count));
  close(pipe_ends[0]);
  if (error != 0) return result;

  int status = 0;
  waitpid(process, &status, 0);
  result.started = true;
  result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace examples
