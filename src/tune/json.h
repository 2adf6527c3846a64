#pragma once

#include <limits>
#include <string>

#include <nlohmann/json.hpp>

#include "gradtape/tune/results.h"
#include "gradtape/tune/space.h"

// What travels between a study and its trials, and into the journal. Doubles come back bit for bit.
namespace gradtape::tune {

using Json = nlohmann::ordered_json;

inline Json to_json(const Value& value) {
  if (value.is_text()) return value.to_string();
  if (value.is_bool()) return value.to_bool();
  if (value.is_integer()) return value.to_int();
  return value.to_double();
}

inline Value value_of(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<int64_t>();
  return json.get<double>();
}

inline Json to_json(const Parameters& parameters) {
  Json json = Json::object();
  for (const auto& [name, value] : parameters) json[name] = to_json(value);
  return json;
}

inline Parameters parameters_of(const Json& json) {
  Parameters parameters;
  for (const auto& [name, value] : json.items()) parameters.add(name, value_of(value));
  return parameters;
}

inline Json to_json(const Space& space) {
  static constexpr const char* kinds[] = {"uniform", "log_uniform", "integer", "choice"};
  Json json = Json::array();
  for (const Dimension& d : space.dimensions()) {
    Json entry{{"name", d.name}, {"kind", kinds[static_cast<int>(d.kind)]}};
    if (d.kind == Dimension::Kind::kChoice)
      for (const Value& value : d.choices) entry["values"].push_back(to_json(value));
    else
      entry["range"] = Json::array({d.lower, d.upper});
    json.push_back(std::move(entry));
  }
  return json;
}

inline Json to_json(const TrialResult& trial) {
  Json json{{"number", trial.number},
            {"configuration", trial.configuration},
            {"bracket", trial.bracket},
            {"resource", trial.resource},
            {"parameters", to_json(trial.parameters)},
            {"seconds", trial.seconds},
            {"reports", trial.reports}};
  if (trial.done())
    json["value"] = trial.value;
  else
    json["reason"] = trial.reason;
  return json;
}

// Throws nlohmann's exceptions if something is missing.
inline TrialResult trial_of(const Json& json) {
  TrialResult trial;
  trial.number = json.at("number");
  trial.configuration = json.at("configuration");
  trial.bracket = json.at("bracket");
  trial.resource = json.at("resource");
  trial.parameters = parameters_of(json.at("parameters"));
  trial.seconds = json.at("seconds");
  trial.reports = json.at("reports").get<decltype(trial.reports)>();
  if (json.contains("value")) {
    trial.status = TrialResult::Status::kDone;
    trial.value = json["value"];
  } else {
    trial.value = std::numeric_limits<double>::quiet_NaN();
    trial.reason = json.at("reason");
  }
  return trial;
}

// One line; text that is no UTF-8 (a program's message) loses what is wrong in it.
inline std::string line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace gradtape::tune
