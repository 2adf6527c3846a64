#pragma once

#include <string>
#include <vector>

namespace examples {

struct Finished {
  bool started = false;  // false: there is no such program
  int status = -1;       // its exit status; 128 + n if signal n ended it
  std::string output;    // what it wrote to stdout
};

/// Runs a program, found along PATH, and waits for its end. It reads the input from its stdin; its
/// stderr is this program's. No shell takes part, so that any text may be an argument.
///
/// Started by posix_spawn, not fork: a copy of a process with OpenMP threads may hang.
Finished run_process(const std::vector<std::string>& command, const std::string& input = "");

/// This program's file, to start it again.
std::string this_program();

}  // namespace examples
