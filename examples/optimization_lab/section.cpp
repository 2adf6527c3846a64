#include "examples/optimization_lab/section.h"

#include <cctype>
#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "examples/common/gnuplot.h"
#include "examples/common/output.h"
#include <gradtape/io/file.h>

namespace lab {
namespace {

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw std::runtime_error(
        fmt::format("--out: cannot make the folder {}: {}", folder.string(), error.message()));
}

std::string read_file(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string base64(const std::string& bytes) {
  static constexpr char digits[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t block = 0;
    for (size_t k = 0; k < 3; ++k)
      block = block << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (size_t k = 0; k < 4; ++k)
      result += i + k > bytes.size() ? '=' : digits[block >> (18 - 6 * k) & 63];
  }
  return result;
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '"')
      result += "&quot;";
    else
      result += c;
  }
  return result;
}

std::string csv(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + "\"";
}

std::string csv(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return csv(*text);
  return fmt::format("{}", std::get<double>(cell));
}

std::string csv_line(const std::vector<Cell>& cells) {
  std::string line;
  for (const Cell& cell : cells) {
    if (!line.empty()) line += ',';
    line += csv(cell);
  }
  return line + '\n';
}

std::string shown(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return escaped(*text);
  return fmt::format("{:.4g}", std::get<double>(cell));
}

std::string html_table(const Table& table, const std::string& caption) {
  std::string html = "<table>";
  if (!caption.empty()) html += "<caption>" + escaped(caption) + "</caption>";
  html += "<tr>";
  for (const std::string& column : table.columns) html += "<th>" + escaped(column) + "</th>";
  html += "</tr>\n";
  for (const auto& row : table.rows) {
    html += "<tr>";
    for (const Cell& cell : row) html += "<td>" + shown(cell) + "</td>";
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

constexpr const char* kStyle =
    ":root { color-scheme: light dark; --ink: #222; --paper: #fff; --faint: #ddd; }\n"
    "@media (prefers-color-scheme: dark) {"
    " :root { --ink: #d5d8de; --paper: #16181d; --faint: #3a3e47; } }\n"
    "body { color: var(--ink); background: var(--paper); font: 16px/1.5 sans-serif;"
    " max-width: 1000px; margin: 2em auto; padding: 0 1em; }\n"
    "img { max-width: 100%; height: auto; }\n"
    "figure { margin: 1.5em 0; }\n"
    "table { border-collapse: collapse; margin: 1.5em 0; font-size: 14px; }\n"
    "caption { text-align: left; padding-bottom: .4em; }\n"
    "td, th { border-bottom: 1px solid var(--faint); padding: .2em .8em; text-align: left; }\n";

}  // namespace

std::string file_name(const std::string& title) {
  std::string result;
  for (const char c : title) {
    if (std::isalnum(static_cast<unsigned char>(c)))
      result += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!result.empty() && result.back() != '_')
      result += '_';
  }
  while (!result.empty() && result.back() == '_') result.pop_back();
  return result;
}

Section::Section(std::filesystem::path folder, std::string title)
    : folder_(std::move(folder)), title_(std::move(title)) {
  make_folder(folder_);
  // Before hours are spent on what goes there.
  gradtape::io::check_writable(folder_ / "experiment.json");
}

void Section::write(const std::string& file, const std::string& text) {
  gradtape::io::write_file(folder_ / file, text);
}

void Section::say(const std::string& text) {
  examples::print("{}\n", text);
  said_.push_back(text);
  html_ += "<p>" + escaped(text) + "</p>\n";
}

void Section::figure(const std::string& name, const examples::Figure& figure) {
  const std::string file = name + ".svg";
  curves(name, figure);
  if (!examples::have_gnuplot()) {
    html_ += "<p>" + escaped(figure.caption) + "</p>\n";
    return;
  }
  if (!examples::write_figure(folder_ / file, figure)) throw std::runtime_error("no " + file);
  files_.emplace_back(file, figure.caption);
  html_ += fmt::format("<figure><img alt=\"{}\" src=\"data:image/svg+xml;base64,{}\"></figure>\n",
                       escaped(figure.caption), base64(read_file(folder_ / file)));
}

void Section::picture(const std::string& file, const std::string& caption) {
  files_.emplace_back(file, caption);
  const std::string type = file.ends_with(".gif") ? "gif" : "svg+xml";
  html_ += fmt::format(
      "<figure><img alt=\"{0}\" src=\"data:image/{1};base64,{2}\"><figcaption>{0}</figcaption>"
      "</figure>\n",
      escaped(caption), type, base64(read_file(folder_ / file)));
}

void Section::table(const std::string& name, const Table& table, const std::string& caption) {
  std::string text = csv_line(std::vector<Cell>(table.columns.begin(), table.columns.end()));
  for (const auto& row : table.rows) text += csv_line(row);
  write(name + ".csv", text);
  files_.emplace_back(name + ".csv", caption);
  constexpr size_t kLong = 60;
  if (table.rows.size() <= kLong) html_ += html_table(table, caption);
}

void Section::curves(const std::string& name, const examples::Figure& figure) {
  std::string text = "panel,curve,x,y,low,high\n";
  for (size_t p = 0; p < figure.panels.size(); ++p) {
    const examples::Panel& panel = figure.panels[p];
    const std::string title = panel.title.empty() ? fmt::format("{}", p + 1) : panel.title;
    for (const examples::Curve& curve : panel.curves) {
      for (size_t i = 0; i < curve.x.size(); ++i) {
        text += fmt::format("{},{},{},{}", csv(title), csv(curve.name), curve.x[i], curve.y[i]);
        text += curve.low.empty() ? ",,\n" : fmt::format(",{},{}\n", curve.low[i], curve.high[i]);
      }
    }
  }
  write(name + ".csv", text);
  files_.emplace_back(name + ".csv", "the curves of " + name);
}

void Section::write_summary(const Settings& settings) {
  nlohmann::json summary = {{"title", title_},
                            {"seed", settings.seed},
                            {"seeds", settings.seeds},
                            {"images", settings.images},
                            {"said", said_}};
  for (const auto& [file, caption] : files_)
    summary["files"].push_back({{"file", file}, {"caption", caption}});
  json("experiment", summary);
}

void Section::json(const std::string& name, const nlohmann::json& value) {
  write(name + ".json", value.dump(1) + '\n');
}

void check_report(const std::filesystem::path& file) {
  make_folder(file.parent_path());
  gradtape::io::check_writable(file);
}

void write_report(const std::filesystem::path& file, const std::vector<Section>& sections,
                  const std::string& introduction) {
  std::string html =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\">\n<title>Optimization laboratory"
      "</title>\n<style>\n" +
      std::string(kStyle) + "</style></head><body>\n<h1>Optimization laboratory</h1>\n";
  html += "<p>" + escaped(introduction) + "</p>\n<ul>\n";
  for (size_t i = 0; i < sections.size(); ++i)
    html += fmt::format("<li><a href=\"#s{}\">{}</a></li>\n", i, escaped(sections[i].title()));
  html += "</ul>\n";
  for (size_t i = 0; i < sections.size(); ++i)
    html += fmt::format("<h2 id=\"s{}\">{}</h2>\n{}", i, escaped(sections[i].title()),
                        sections[i].html());
  gradtape::io::write_file(file, html + "</body></html>\n");
}

}  // namespace lab
