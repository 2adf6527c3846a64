#pragma once

#include <string>

namespace gradtape {

// The C++ name of a type, from std::type_info::name().
std::string demangle(const char* name);

}  // namespace gradtape
