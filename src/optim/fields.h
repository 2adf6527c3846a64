#pragma once

#include <set>
#include <string>

#include "gradtape/core/ordered_dict.h"
#include "gradtape/optim/options.h"

// Options among an optimizer's saved tensors.
namespace gradtape::optim::detail {

using StateDict = OrderedDict<std::string, Tensor>;

// Adds each field to dict as a 0-d tensor, named prefix and its name.
void save_fields(OptimizerOptions& options, const std::string& prefix, StateDict& dict);

// Sets the fields that dict has, adds their names to known, and checks the options.
void load_fields(OptimizerOptions& options, const std::string& prefix, const StateDict& dict,
                 std::set<std::string>& known);

}  // namespace gradtape::optim::detail
