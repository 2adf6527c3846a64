#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "optim/rule.h"

#include "gradtape/optim/schedulers/lr_scheduler.h"

// What the schedulers share.
namespace gradtape::optim {

inline void check_at_least_one(const char* what, int64_t value) {
  GRADTAPE_CHECK(value >= 1, "Expected positive integer ", what, ", but got ", value,
                 "; it must be at least 1");
}

// A list or an enum as a field.
void visit_list(FieldVisitor& visitor, const char* name, std::vector<double>& values);
void visit_list(FieldVisitor& visitor, const char* name, std::vector<int64_t>& values);
template <class Enum>
void visit_enum(FieldVisitor& visitor, const char* name, Enum& value) {
  static_assert(std::is_enum_v<Enum>);
  auto number = static_cast<int64_t>(value);
  visitor.field(name, number);
  value = static_cast<Enum>(number);
}

template <class Enum>
void check_enum(const char* name, Enum value, int64_t count) {
  GRADTAPE_CHECK(static_cast<int64_t>(value) >= 0 && static_cast<int64_t>(value) < count, name, ' ',
                 static_cast<int64_t>(value), " is unknown; it must be in [0, ", count, ')');
}

// The settings of a saved state must be for as many groups as the optimizer has.
void check_length(const char* name, size_t length, const Optimizer& optimizer);

// "momentum", or "betas.0" where the optimizer has betas; null if it has neither.
const char* momentum_field(const Optimizer& optimizer);
// Throws: Error if the optimizer has no momentum, or these are not one in [0, 1) for each group.
void check_momentums(const Optimizer& optimizer, const std::vector<double>& base,
                     const std::vector<double>& max);
// Sets the momentum of each group.
void set_momentums(Optimizer& optimizer, const std::vector<double>& momentums);

using SchedulerList = std::vector<std::shared_ptr<LRScheduler>>;
// The optimizer of all of them. Throws: Error if there are none or they have several.
Optimizer& common_optimizer(const char* kind, const SchedulerList& schedulers);
// Their fields, as "schedulers.0.base_lrs".
void visit_schedulers(FieldVisitor& visitor, const SchedulerList& schedulers);

}  // namespace gradtape::optim
