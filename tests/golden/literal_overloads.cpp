// Records in literal_overloads.txt, beside this file, what libtorch makes of each call; see
// literal_overloads.py. A process for each, since some end it: torch::gelu(x, 0) reads a null text.
#include "literal_overloads.h"

#include <iostream>

#include <sys/wait.h>
#include <unistd.h>

int main() {
  for (const auto& call : literal_overloads::calls()) {
    const pid_t child = fork();
    if (child == 0) {
      std::cout << call.text << '\t' << call.run() << std::endl;
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (status != 0) std::cout << call.text << "\tcrashes" << std::endl;
  }
}
