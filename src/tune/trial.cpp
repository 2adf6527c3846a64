#include "gradtape/tune/trial.h"

#include <cerrno>
#include <cmath>
#include <map>
#include <memory>

#include <unistd.h>

#include "tune/channel.h"

#include "gradtape/core/error.h"

namespace gradtape::tune {
namespace {

// Sets the fields that have a value, and remembers which names it met.
class Setter : public optim::FieldVisitor {
 public:
  explicit Setter(std::map<std::string, Value> values) : values_(std::move(values)) {}
  using optim::FieldVisitor::field;
  void field(const char* name, double& value) override { set(name, value); }
  void field(const char* name, bool& value) override { set(name, value); }
  void field(const char* name, int64_t& value) override { set(name, value); }
  void field(const char*, Tensor&) override {}

  // Throws: Error if a value has not found its field.
  void check() const {
    for (const auto& [name, value] : values_)
      GRADTAPE_CHECK(found_.contains(name), "search: the options have no field ", name,
                     "; it must be one of ", known_);
  }

 private:
  template <class T>
  void set(const char* name, T& field) {
    known_ += str(known_.empty() ? "" : ", ", name);
    const auto value = values_.find(name);
    if (value == values_.end()) return;
    found_.emplace(name, true);
    field = value->second;
  }

  std::map<std::string, Value> values_;
  std::map<std::string, bool> found_;
  std::string known_;
};

}  // namespace

void Trial::apply(optim::OptimizerOptions& options) const {
  std::vector<std::string> names;
  for (const auto& [name, value] : parameters_) names.push_back(name);
  apply(options, names);
}

void Trial::apply(optim::OptimizerOptions& options, const std::vector<std::string>& names) const {
  std::map<std::string, Value> values;
  for (const std::string& name : names) values.emplace(name, parameters_[name]);
  Setter setter(std::move(values));
  const std::unique_ptr<optim::OptimizerOptions> copy = options.clone();
  copy->visit(setter);
  setter.check();
  copy->check();
  options.visit(setter);
}

void Trial::report(int64_t resource, double value) const {
  GRADTAPE_CHECK(std::isfinite(value), "reported ", value, " after ", resource);
  if (channel_ >= 0) send(channel_, {{"report", Json::array({resource, value})}});
}

void send(int channel, const Json& message) {
  const std::string text = line(message);
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t count = write(channel, text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    // The study is gone.
    if (count <= 0) _exit(1);
    written += static_cast<size_t>(count);
  }
}

}  // namespace gradtape::tune
