#pragma once

#include <map>
#include <string>

#include "gradtape/tune/results.h"

namespace gradtape::tune {

// The finished trials of a study, a line each, on the disk before the next one starts. The first
// line says which study it is.
class Journal {
 public:
  // Opens or begins the journal in a folder, for this process alone. A last line that a kill left
  // half-written is dropped.
  //
  // Throws: Error if it is another study's, is damaged before its last line or in use; it is left
  //         as it is.
  Journal(const std::string& folder, const std::string& header);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // The trial of this number if it has finished, else null.
  const TrialResult* find(int64_t number) const;
  void add(const TrialResult& trial);

 private:
  void read(const std::string& header);
  void append(const std::string& text);

  std::string path_;
  int file_;
  std::map<int64_t, TrialResult> trials_;
};

}  // namespace gradtape::tune
