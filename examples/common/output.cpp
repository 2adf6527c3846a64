#include "examples/common/output.h"

#include <stdexcept>

namespace examples {

void write(std::FILE* out, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), out);  // ferror remembers
}

void finish_output() {
  const bool lost = std::fflush(stdout) != 0;
  if (lost || std::ferror(stdout) != 0)
    throw std::runtime_error("the standard output could not be written");
}

}  // namespace examples
