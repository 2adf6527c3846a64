#include <chrono>
#include <csignal>
#include <thread>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io/file.h"
#include "temporary_folder.h"

#include "gradtape/io/file.h"
#include "gradtape/io/idx.h"
#include "gradtape/io/safetensors.h"
#include "gradtape/ops/factory.h"
#include "gradtape/tune/study.h"

using namespace gradtape;
using testing::error_of;
namespace fs = std::filesystem;

namespace {

mode_t mode_of(const std::string& path) {
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  return status.st_mode & 07777;
}

// Every way in which the library writes a file.
const std::pair<const char*, void (*)(const std::string&)> kWriters[] = {
    {"write_file", [](const std::string& path) { io::write_file(path, "text"); }},
    {"save_safetensors",
     [](const std::string& path) {
       io::save_safetensors(path, {{"w", zeros({100})}});
     }},
    {"write_idx", [](const std::string& path) { io::write_idx(path, zeros({100}, kUInt8)); }},
    {"search", [](const std::string& path) { tune::Results().write_csv(path); }}};

}  // namespace

TEST_SUITE("io/file") {
  TEST_CASE("a file is written whole, and replaced whole") {
    const TemporaryFolder folder;
    const std::string path = folder.file("text"), bytes("one\0two", 7);
    io::write_file(path, "something longer");
    io::write_file(path, bytes);
    CHECK(read_file(path) == bytes);
    CHECK(folder.entries() == 1);
    io::write_file(path, "");
    CHECK(read_file(path).empty());
  }

  TEST_CASE("a new file has the mode that the umask leaves, an old one keeps its own") {
    const TemporaryFolder folder;
    const mode_t before = umask(027);
    io::write_file(folder.file("new"), "x");
    umask(before);
    CHECK(mode_of(folder.file("new")) == 0640);
    for (const mode_t mode : {0600, 0666, 0755}) {
      const std::string path = folder.write("old", "x");
      chmod(path.c_str(), mode);
      io::write_file(path, "y");
      CHECK(mode_of(path) == mode);
      CHECK(read_file(path) == "y");
    }
  }

  TEST_CASE("behind a symlink the target is replaced") {
    const TemporaryFolder folder;
    fs::create_directory(folder.file("models"));
    const std::string target = folder.write("models/first", "old");
    fs::create_symlink("models/first", folder.file("relative"));
    fs::create_symlink(folder.file("relative"), folder.file("chain"));
    fs::create_symlink("models/later", folder.file("dangling"));
    for (const std::string name : {"relative", "chain"}) {
      io::write_file(folder.file(name), name);
      CHECK(read_file(target) == name);
      CHECK(fs::is_symlink(folder.file(name)));
    }
    io::write_file(folder.file("dangling"), "new");
    CHECK(read_file(folder.file("models/later")) == "new");
    CHECK(fs::is_symlink(folder.file("dangling")));
    CHECK(folder.entries() == 4);

    fs::create_symlink("ring", folder.file("ring"));
    fs::create_symlink("missing/file", folder.file("nowhere"));
    CHECK(error_of([&] { io::write_file(folder.file("ring"), "x"); }) ==
          "write_file: cannot create " + folder.file("ring") +
              ": Too many levels of symbolic links");
    CHECK(error_of([&] { io::write_file(folder.file("nowhere"), "x"); }) ==
          "write_file: cannot create " + folder.file("nowhere") + ": No such file or directory");
  }

  TEST_CASE("a device is written, not replaced") {
    for (const auto& [name, write] : kWriters) {
      CAPTURE(name);
      CHECK_NOTHROW(write("/dev/null"));
      CHECK(fs::is_character_file("/dev/null"));
      CHECK(error_of([&] { write("/dev/full"); }) ==
            str(name, ": cannot write /dev/full: No space left on device"));
      CHECK(fs::is_character_file("/dev/full"));
    }
  }

  TEST_CASE("a pipe is written, not replaced") {
    const TemporaryFolder folder;
    const std::string path = folder.file("pipe");
    REQUIRE(mkfifo(path.c_str(), 0600) == 0);
    std::string got;
    std::thread reader([&] { got = read_file(path); });
    io::write_file(path, "through");
    reader.join();
    CHECK(got == "through");
    CHECK(fs::is_fifo(path));
    CHECK(folder.entries() == 1);
  }

  TEST_CASE("where nothing can be written that is said, and nothing is left") {
    const TemporaryFolder folder;
    folder.write("file", "kept");
    fs::create_directory(folder.file("folder"));
    for (const auto& [name, write] : kWriters) {
      const auto refuses = [&, name = name, write = write](const std::string& path,
                                                           const char* reason) {
        CHECK(error_of([&] { write(path); }) == str(name, ": cannot create ", path, ": ", reason));
      };
      refuses(folder.file("file/below"), "Not a directory");
      refuses(folder.file("missing/file"), "No such file or directory");
      refuses(folder.file("folder"), "Is a directory");
      refuses(folder.file(std::string(256, 'x')), "File name too long");
    }
    CHECK(read_file(folder.file("file")) == "kept");
    CHECK(folder.entries() == 2);
  }

  TEST_CASE("the longest name that a file can have is taken") {
    const TemporaryFolder folder;
    const std::string path = folder.file(std::string(255, 'x'));
    io::write_file(path, "x");
    CHECK(read_file(path) == "x");
  }

  TEST_CASE("without commit the old file stays, and nothing else") {
    const TemporaryFolder folder;
    const std::string path = folder.write("file", "old");
    {
      io::OutputFile file(path, "test");
      file.write("new", 3);
      CHECK(folder.entries() == 2);
    }
    CHECK(read_file(path) == "old");
    CHECK(folder.entries() == 1);
  }

  TEST_CASE("what may be written is told before it is") {
    const TemporaryFolder folder;
    const std::string path = folder.write("file", "old");
    CHECK_NOTHROW(io::check_writable(path));
    CHECK(read_file(path) == "old");
    CHECK_NOTHROW(io::check_writable(folder.file("new")));
    CHECK(folder.entries() == 1);
    REQUIRE(mkfifo(folder.file("pipe").c_str(), 0600) == 0);
    CHECK_NOTHROW(io::check_writable(folder.file("pipe")));
    CHECK(error_of([&] { io::check_writable(path + "/below"); }) ==
          "write_file: cannot create " + path + "/below: Not a directory");
  }

  TEST_CASE("what a killed process left is removed by the next one, what another writes is not") {
    const TemporaryFolder folder;
    const std::string path = folder.file("file");
    const pid_t child = fork();
    if (child == 0) {
      io::OutputFile file(path, "test");
      file.write("half", 4);
      kill(getpid(), SIGKILL);
    }
    waitpid(child, nullptr, 0);
    CHECK(folder.entries() == 1);
    folder.write(".gradtape-notours.tmp", "kept");
    {
      io::OutputFile writing(path, "test");
      io::OutputFile other(folder.file("other"), "test");
      CHECK(folder.entries() == 3);
      writing.commit();
      other.commit();
    }
    CHECK(folder.entries() == 3);
    CHECK(read_file(folder.file(".gradtape-notours.tmp")) == "kept");
  }

  TEST_CASE("several writers of one file leave one of theirs") {
    const TemporaryFolder folder;
    const std::string path = folder.file("file");
    std::vector<std::thread> writers;
    for (const char c : {'a', 'b', 'c', 'd'}) {
      writers.emplace_back([&, c] {
        for (int i = 0; i < 20; ++i) io::write_file(path, std::string(10000, c));
      });
    }
    for (std::thread& writer : writers) writer.join();
    const std::string text = read_file(path);
    CHECK(text == std::string(10000, text[0]));
    CHECK(folder.entries() == 1);
  }
}
