#pragma once

#include <initializer_list>
#include <vector>

#include "gradtape/optim/optimizer.h"

namespace gradtape::optim {

/// A number for all groups of an optimizer, or a list of one for each.
class PerGroup {
 public:
  PerGroup(double value) : values_{value}, is_list_(false) {}
  PerGroup(std::initializer_list<double> values) : values_(values) {}
  PerGroup(std::vector<double> values) : values_(std::move(values)) {}

  /// One value for each group. Throws: Error that says name if the list has another length.
  std::vector<double> values(const char* name, const Optimizer& optimizer) const;

 private:
  std::vector<double> values_;
  bool is_list_ = true;
};

}  // namespace gradtape::optim
