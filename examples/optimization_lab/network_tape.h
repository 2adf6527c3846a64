#pragma once

#include <string>
#include <vector>

#include <gradtape/gradtape.h>

namespace lab {

/// One tensor of a computation: a constant, a parameter or the result of an op.
struct TapeEntry {
  std::string symbol;               // "z1"
  std::string formula;              // "W1 x"; empty for constants and parameters
  std::vector<size_t> inputs = {};  // places of earlier entries
  gradtape::Tensor (*op)(const std::vector<gradtape::Tensor>& inputs) = nullptr;
  bool parameter = false;

  gradtape::Tensor value = {};  // after forward
  gradtape::Tensor grad = {};   // after backward; undefined for a constant
  std::string record = {};      // the tape's name of what made it; empty for a constant
  size_t number = 0;            // of its record on the tape, from 1; 0 for constants and parameters
  size_t replayed = 0;          // when backward met it, from 1; 0 for a constant
};

/// A computation with a scalar result, the last entry, which shows what the tape does with it.
class NetworkTape {
 public:
  size_t constant(const std::string& symbol, const gradtape::Tensor& value);
  size_t parameter(const std::string& symbol, const gradtape::Tensor& value);
  size_t op(const std::string& symbol, const std::string& formula,
            gradtape::Tensor (*op)(const std::vector<gradtape::Tensor>&),
            std::vector<size_t> inputs);

  /// Runs forward and backward; names, numbers and order are read from the tape's records, not
  /// assumed.
  ///
  /// Throws: Error if the records are not connected as the entries are.
  void run();

  /// The largest difference between a gradient and the central difference of the result, over all
  /// elements of all entries that have one.
  double largest_error() const;
  /// How many elements that compares.
  size_t elements() const;

  const std::vector<TapeEntry>& entries() const { return entries_; }

 private:
  double result_with(size_t entry, int64_t element, double change) const;

  std::vector<TapeEntry> entries_;
};

}  // namespace lab
