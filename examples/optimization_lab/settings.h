#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace lab {

/// What the command line says, the same for every experiment.
struct Settings {
  uint64_t seed = 1;   // of the first run; the others of an experiment follow it
  int64_t seeds = 3;   // runs of each setting
  int64_t epochs = 0;  // 0: the experiment's own number
  int64_t images = 20000;
  size_t parallel = 0;  // runs at a time; 0: one per core
  std::string data;
  std::filesystem::path out;
};

}  // namespace lab
