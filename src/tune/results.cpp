#include "gradtape/tune/results.h"

#include "io/file.h"

#include "gradtape/core/error.h"

namespace gradtape::tune {

const TrialResult& Results::best() const {
  const TrialResult* best = nullptr;
  for (const TrialResult& trial : trials) {
    if (!trial.done()) continue;
    const bool better = best && (maximize ? trial.value > best->value : trial.value < best->value);
    const bool equal = best && trial.value == best->value && trial.resource > best->resource;
    if (!best || better || equal) best = &trial;
  }
  GRADTAPE_CHECK(
      best, "search: at least one trial must succeed; got ", trials.size(), " that failed",
      trials.empty() ? "" : ", the first because: ", trials.empty() ? "" : trials[0].reason);
  return *best;
}

namespace {

// As RFC 4180: quoted where a comma, a quote or a line end would be misread.
std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

}  // namespace

std::string Results::csv() const {
  std::string table = "number,configuration,bracket,resource";
  if (!trials.empty())
    for (const auto& [name, value] : trials[0].parameters) table += ',' + cell(name);
  table += ",value,seconds,status,reason\n";
  for (const TrialResult& trial : trials) {
    table += str(trial.number, ',', trial.configuration, ',', trial.bracket, ',', trial.resource);
    for (const auto& [name, value] : trial.parameters) table += ',' + cell(value.to_string());
    table += ',' + (trial.done() ? Value(trial.value).to_string() : "");
    table += ',' + Value(trial.seconds).to_string();
    table += trial.done() ? ",done," : ",failed,";
    table += cell(trial.reason) + '\n';
  }
  return table;
}

void Results::write_csv(const std::string& path) const {
  const std::string table = csv();
  io::OutputFile file(path, "search");
  file.write(table.data(), table.size());
  file.commit();
}

}  // namespace gradtape::tune
