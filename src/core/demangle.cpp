#include "core/demangle.h"

#include <cstdlib>

#include <cxxabi.h>

namespace gradtape {

std::string demangle(const char* name) {
  int status = 0;
  char* text = abi::__cxa_demangle(name, nullptr, nullptr, &status);
  std::string result = status == 0 ? text : name;
  std::free(text);
  return result;
}

}  // namespace gradtape
