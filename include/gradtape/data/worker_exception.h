#pragma once

#include <exception>
#include <string>

namespace gradtape::data {

/// What a loader throws when one of its workers has met an exception.
struct WorkerException : public std::exception {
  explicit WorkerException(std::exception_ptr original);
  const char* what() const noexcept override { return message.c_str(); }

  std::exception_ptr original_exception;
  std::string message;
};

}  // namespace gradtape::data
