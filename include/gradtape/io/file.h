#pragma once

#include <string>
#include <string_view>

namespace gradtape::io {

/// Writes a file whole or not at all: the bytes are brought to the disk beside its place and take
/// its name then, so that a crash, a full disk or another program that writes the same file leaves
/// either an old file or a new one. A file that exists keeps its mode; behind a symlink the target
/// is replaced; what is no regular file (a device, a pipe) is written as it is.
///
/// Throws: Error naming the path if it cannot be written; nothing is left of the attempt then.
void write_file(const std::string& path, std::string_view bytes);

/// What must hold before hours are spent on what is to be written there: throws the Error that
/// write_file would begin with, and leaves a file as it is.
void check_writable(const std::string& path);

}  // namespace gradtape::io
