#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "golden.h"

// The documents against the code: what CONTRIBUTING.md quotes stands in the files it names, and
// docs/from-pytorch.md names all that exists. Blocks of code in docs/ and README.md are compiled
// and run besides (docs.cmake).
namespace {

const std::filesystem::path kRoot = golden::source_dir();

using Lines = std::vector<std::string>;

Lines lines_of(std::istream& stream) {
  Lines lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Lines lines_of(const std::filesystem::path& path) {
  std::ifstream stream(kRoot / path);
  REQUIRE_MESSAGE(stream.good(), path.string());
  return lines_of(stream);
}

// Where the lines stand together in the file, from `from` on; else how many of them do at most.
std::pair<bool, size_t> find_together(const Lines& lines, const Lines& file, size_t from) {
  size_t most = 0;
  for (size_t start = from; start < file.size(); ++start) {
    size_t same = 0;
    while (same < lines.size() && start + same < file.size() && file[start + same] == lines[same]) {
      ++same;
    }
    if (same == lines.size()) return {true, start};
    most = std::max(most, same);
  }
  return {false, most};
}

// The first line of the quotation that the file does not have; empty if it has all. Lines that
// follow each other in the quotation do so in the file; "..." leaves any number out.
std::string misquoted(const Lines& quotation, const Lines& file) {
  size_t at = 0;
  for (auto begin = quotation.begin(); begin != quotation.end();) {
    const auto end = std::find(begin, quotation.end(), "...");
    const Lines part(begin, end);
    const auto [found, where] = find_together(part, file, at);
    if (!found) return part[where].empty() ? "(an empty line)" : part[where];
    at = where + part.size();
    begin = end == quotation.end() ? end : end + 1;
  }
  return "";
}

struct Quotation {
  std::string path;
  Lines lines;
};

// The fenced blocks whose first line is a comment that is a path.
std::vector<Quotation> quotations(const Lines& document) {
  static const std::regex path(R"(^(?://|#) (\S+/\S+\.\w+)$)");
  std::vector<Quotation> result;
  for (size_t i = 0; i + 1 < document.size(); ++i) {
    std::smatch match;
    if (!document[i].starts_with("```") || !std::regex_match(document[i + 1], match, path))
      continue;
    Quotation quotation{match[1], {}};
    for (i += 2; i < document.size() && document[i] != "```"; ++i) {
      quotation.lines.push_back(document[i]);
    }
    result.push_back(std::move(quotation));
  }
  return result;
}

// Names that the pattern finds in the headers of a folder.
std::set<std::string> declared(const std::filesystem::path& folder, const std::regex& pattern) {
  std::set<std::string> names;
  for (const auto& file : std::filesystem::recursive_directory_iterator(kRoot / folder)) {
    if (!file.is_regular_file()) continue;
    for (const std::string& line : lines_of(file.path())) {
      if (std::smatch match; std::regex_search(line, match, pattern)) names.insert(match[1]);
    }
  }
  return names;
}

void check_named(const std::set<std::string>& names) {
  std::string page;
  for (const std::string& line : lines_of("docs/from-pytorch.md")) page += line + '\n';
  for (const std::string& name : names) {
    CHECK_MESSAGE(page.find('`' + name + '`') != std::string::npos, name,
                  " is not in docs/from-pytorch.md");
  }
}

}  // namespace

TEST_CASE("docs: a quotation with a changed, a missing or a moved line is noticed") {
  const Lines file = {"a", "b", "c", "d"};
  CHECK(misquoted({"b", "c"}, file).empty());
  CHECK(misquoted({"a", "...", "d"}, file).empty());
  CHECK(misquoted({"b", "d"}, file) == "d");
  CHECK(misquoted({"b", "x"}, file) == "x");
  CHECK(misquoted({"d", "...", "a"}, file) == "a");
  CHECK(misquoted({"a", "b"}, {"a", "x", "a", "b"}).empty());
}

TEST_CASE("docs: what a page quotes stands in the files it names") {
  size_t quoted = 0;
  for (const std::string page : {"CONTRIBUTING.md", "docs/autograd.md"}) {
    for (const Quotation& quotation : quotations(lines_of(page))) {
      const std::string wrong = misquoted(quotation.lines, lines_of(quotation.path));
      CHECK_MESSAGE(wrong.empty(), page, " quotes ", quotation.path,
                    ", which does not have there: ", wrong);
      ++quoted;
    }
  }
  CHECK(quoted > 15);
}

TEST_CASE("docs: code on a page is compiled, or quoted from a file") {
  for (const auto& page : std::filesystem::directory_iterator(kRoot / "docs")) {
    if (page.path().extension() != ".md") continue;
    const Lines lines = lines_of(page.path());
    const auto escapes = std::count(lines.begin(), lines.end(), "```c++");
    CHECK_MESSAGE(static_cast<size_t>(escapes) == quotations(lines).size(), page.path().string(),
                  " has a block that no test reads");
  }
}

TEST_CASE("docs: every op is named on the page for PyTorch's users") {
  const std::set<std::string> ops = declared(
      "include/gradtape/ops",
      std::regex(
          R"(^(?:inline )?(?:Tensor&?|bool|(?:::)?std::tuple<[^>]*>|std::vector<Tensor>) ([a-z]\w*)\()"));
  REQUIRE(ops.size() > 100);
  std::set<std::string> names;
  for (const std::string& op : ops) {
    // In place it is the same op.
    if (!(op.ends_with('_') && ops.contains(op.substr(0, op.size() - 1)))) names.insert(op);
  }
  names.erase("operator");
  check_named(names);
}

TEST_CASE("docs: every layer, loss and optimizer is named on the page for PyTorch's users") {
  const std::set<std::string> layers =
      declared("include/gradtape/nn/modules",
               std::regex(R"(^class (\w+)Impl : public (?!Cloneable<Derived>))"));
  REQUIRE(layers.size() > 20);
  check_named(layers);
  check_named(
      declared("include/gradtape/optim", std::regex(R"(^class (\w+) : public FormulaOptim)")));
}

TEST_CASE(
    "docs: every function and initialization of nn is named on the page for PyTorch's users") {
  const std::regex function(R"(^(?:Tensor|double|std::tuple<[^>]*>) ([a-z]\w*)\()");
  check_named(declared("include/gradtape/nn/functional", function));
  std::set<std::string> init = declared("include/gradtape/nn", function);
  REQUIRE(init.contains("xavier_uniform_"));
  check_named(init);
}
