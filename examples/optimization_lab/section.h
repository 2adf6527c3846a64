#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "examples/common/figure.h"
#include "examples/optimization_lab/settings.h"

namespace lab {

using Cell = std::variant<std::string, double>;

struct Table {
  std::vector<std::string> columns = {};
  std::vector<std::vector<Cell>> rows = {};
};

/// "PyTorch, adaptive" -> "pytorch_adaptive".
std::string file_name(const std::string& title);

/// What an experiment leaves: files in a folder of its own, and its part of the report. Every file
/// is written whole or not at all.
class Section {
 public:
  /// Makes the folder. Throws: an exception that names it if nothing can be written into it.
  Section(std::filesystem::path folder, std::string title);

  const std::filesystem::path& folder() const { return folder_; }
  const std::string& title() const { return title_; }

  /// A paragraph; also printed.
  void say(const std::string& text);
  /// <name>.svg, and its data as curves() writes them; only these, and the caption in the report,
  /// where gnuplot is missing.
  void figure(const std::string& name, const examples::Figure& figure);
  /// A picture that is in the folder already.
  void picture(const std::string& file, const std::string& caption);
  /// <name>.csv, and in the report unless it is long.
  void table(const std::string& name, const Table& table, const std::string& caption = "");
  /// <name>.csv of curves over one axis: columns curve, x, y and where there is a band low, high.
  void curves(const std::string& name, const examples::Figure& figure);
  /// <name>.json.
  void json(const std::string& name, const nlohmann::json& value);

  /// experiment.json: what was said, and each file with its caption. The last thing to be written.
  void write_summary(const Settings& settings);

  /// Its part of the page, pictures included.
  const std::string& html() const { return html_; }

 private:
  void write(const std::string& file, const std::string& text);

  std::filesystem::path folder_;
  std::string title_, html_;
  std::vector<std::string> said_;
  std::vector<std::pair<std::string, std::string>> files_;  // and their captions
};

/// Makes the report's folder, and throws if it could not be written there.
void check_report(const std::filesystem::path& file);

/// One page with all sections, which needs no other file. Call check_report before.
void write_report(const std::filesystem::path& file, const std::vector<Section>& sections,
                  const std::string& introduction);

}  // namespace lab
