#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "examples/common/gnuplot.h"
#include "examples/optimization_lab/experiments.h"
#include "examples/optimization_lab/network_tape.h"

// What the tape records of one small network, and how backward replays it.
namespace lab {
namespace {

using namespace gradtape;
using Inputs = std::vector<Tensor>;

constexpr const char* kForward = "#2c82c4";
constexpr const char* kBackward = "#d95f02";

// Between 0.2 and 1 in size, to one decimal, so that one can follow with a pencil.
Tensor weights(IntArrayRef sizes) {
  const Tensor random = rand(sizes, kFloat64) * 2 - 1;
  return (random.sign() * 2 + random * 8).round() / 10;
}

// y = W2 tanh(W1 x + b1) + b2 with 2, 3 and 1 numbers; L is the mean of (y - t)^2.
NetworkTape network() {
  NetworkTape tape;
  const size_t x = tape.constant("x", tensor({1.0, -0.5}, kFloat64));
  const size_t t = tape.constant("t", tensor({1.0}, kFloat64));
  const size_t w1 = tape.parameter("W1", weights({3, 2}));
  const size_t b1 = tape.parameter("b1", weights({3}));
  const size_t w2 = tape.parameter("W2", weights({1, 3}));
  const size_t b2 = tape.parameter("b2", weights({1}));
  const auto product = [](const Inputs& in) { return mv(in[0], in[1]); };
  const auto sum = [](const Inputs& in) { return in[0] + in[1]; };
  const size_t z1 = tape.op("z1", "W1 x", product, {w1, x});
  const size_t a1 = tape.op("a1", "z1 + b1", sum, {z1, b1});
  const size_t h = tape.op("h", "tanh(a1)", [](const Inputs& in) { return in[0].tanh(); }, {a1});
  const size_t z2 = tape.op("z2", "W2 h", product, {w2, h});
  const size_t y = tape.op("y", "z2 + b2", sum, {z2, b2});
  const size_t e = tape.op("e", "y - t", [](const Inputs& in) { return in[0] - in[1]; }, {y, t});
  const size_t q = tape.op("q", "e^2", [](const Inputs& in) { return in[0].square(); }, {e});
  tape.op("L", "mean(q)", [](const Inputs& in) { return in[0].mean(); }, {q});
  return tape;
}

std::string rounded(double value) {
  if (std::abs(value * 10 - std::round(value * 10)) < 1e-12) return fmt::format("{:.1f}", value);
  const std::string text = fmt::format("{:.3f}", value);
  return text == "-0.000" ? "0.000" : text;
}

// One line for each row of a matrix.
std::vector<std::string> rows_of(const Tensor& values) {
  const Tensor plain = values.detach().contiguous();
  const double* at = plain.data_ptr<double>();
  const int64_t columns = plain.dim() == 0 ? 1 : plain.size(-1);
  std::vector<std::string> rows;
  for (int64_t i = 0; i < plain.numel(); i += columns) {
    std::string row;
    for (int64_t k = 0; k < columns; ++k) row += (k ? "  " : "") + rounded(at[i + k]);
    rows.push_back(row);
  }
  return rows;
}

std::string sizes_text(const Tensor& tensor) {
  return fmt::format("[{}]", fmt::join(tensor.sizes().begin(), tensor.sizes().end(), ", "));
}

// In units of a box's width and of a line of text; y grows upwards.
struct Place {
  double x, y;
};

constexpr double kWidth = 0.84, kLine = 1.0;

double height_of(const TapeEntry& entry) {
  const double rows = static_cast<double>(rows_of(entry.value).size());
  return kLine * (entry.grad.defined() ? 1 + 2 * rows : 1 + rows) + (entry.op ? kLine : 0) + 0.6;
}

// Layer 1 in the upper row, layer 2 and the loss in the lower; each parameter above its op.
std::vector<Place> places(const std::vector<TapeEntry>& entries) {
  const std::vector<std::pair<std::string, Place>> known = {
      {"W1", {1, 27.5}}, {"b1", {2, 27.5}}, {"x", {0, 19}},  {"z1", {1, 19}}, {"a1", {2, 19}},
      {"h", {3, 19}},    {"W2", {0, 10}},   {"b2", {1, 10}}, {"t", {2, 10}},  {"z2", {0, 3}},
      {"y", {1, 3}},     {"e", {2, 3}},     {"q", {3, 3}},   {"L", {4, 3}}};
  std::vector<Place> result;
  for (const TapeEntry& entry : entries)
    result.push_back(std::find_if(known.begin(), known.end(), [&](const auto& item) {
                       return item.first == entry.symbol;
                     })->second);
  return result;
}

std::string label(const std::string& text, double x, double y, const std::string& color,
                  const std::string& align = "center") {
  return fmt::format("set label {} at {:.3f},{:.3f} {} font ',12' textcolor rgb '{}' front\n",
                     examples::quoted(text), x, y, align, color);
}

std::string box_script(const TapeEntry& entry, Place at) {
  const double height = height_of(entry), top = at.y + height / 2;
  const double left = at.x - kWidth / 2, right = at.x + kWidth / 2;
  std::string script = fmt::format(
      "set object rectangle from {:.3f},{:.3f} to {:.3f},{:.3f} fillstyle empty border linecolor "
      "rgb '{}' linewidth {}\n",
      left, at.y - height / 2, right, top, entry.op ? examples::kInk : "#888888",
      entry.op ? 1.6 : 1);
  double y = top - 0.8 * kLine;
  const auto line = [&](const std::string& text, const std::string& color) {
    script += label(text, at.x, y, color);
    y -= kLine;
  };
  if (entry.op) {
    line(fmt::format("{}", entry.record), examples::kInk);
    line(entry.symbol + " = " + entry.formula, examples::kInk);
    script += label(fmt::format("{}", entry.number), left + 0.01, top + 0.65, kForward, "left");
  } else {
    line(entry.symbol + " " + sizes_text(entry.value), examples::kInk);
  }
  for (const std::string& row : rows_of(entry.value)) line(row, kForward);
  if (!entry.grad.defined()) return script;
  for (const std::string& row : rows_of(entry.grad)) line(row, kBackward);
  return script +
         label(fmt::format("{}", entry.replayed), right - 0.01, top + 0.65, kBackward, "right");
}

std::string arrow(Place from, Place to, const std::string& color, bool head = true) {
  return fmt::format(
      "set arrow from {:.3f},{:.3f} to {:.3f},{:.3f} {} size screen 0.008,20 filled linewidth 1.8 "
      "linecolor rgb '{}'\n",
      from.x, from.y, to.x, to.y, head ? "head" : "nohead", color);
}

// Forward above or left, backward beneath or right of it.
std::string arrows_script(const TapeEntry& from, Place a, const TapeEntry& to, Place b) {
  constexpr double kAside = 0.06, kBelow = 0.6;
  const bool back = from.grad.defined();
  if (a.x < b.x && a.y == b.y) {
    const double left = a.x + kWidth / 2, right = b.x - kWidth / 2;
    std::string script = arrow({left, a.y + kBelow}, {right, a.y + kBelow}, kForward);
    return back ? script + arrow({right, a.y - kBelow}, {left, a.y - kBelow}, kBackward) : script;
  }
  if (a.x == b.x) {
    const double low = b.y + height_of(to) / 2, high = a.y - height_of(from) / 2;
    std::string script = arrow({a.x - kAside, high}, {a.x - kAside, low}, kForward);
    return back ? script + arrow({a.x + kAside, low}, {a.x + kAside, high}, kBackward) : script;
  }
  // From the end of the upper row to the start of the lower one, around the left.
  const double between = 14.4, left = b.x - kWidth / 2 - 0.16;
  const auto around = [&](double aside, double below, const std::string& color, bool forward) {
    const Place start = {a.x + aside, a.y - height_of(from) / 2};
    const Place corner1 = {a.x + aside, between - below}, corner2 = {left + aside, between - below};
    const Place corner3 = {left + aside, b.y + below}, end = {b.x - kWidth / 2, b.y + below};
    return arrow(corner1, start, color, !forward) + arrow(corner1, corner2, color, false) +
           arrow(corner2, corner3, color, false) + arrow(corner3, end, color, forward);
  };
  return around(-kAside / 2 - 0.02, kBelow, kForward, true) +
         around(kAside / 2 + 0.02, -kBelow, kBackward, false);
}

std::string legend_script() {
  const double x = 3.62, y = 30;
  return label("number: when recorded", x, y, kForward, "left") +
         label("in the box: the value", x, y - 1.3, kForward, "left") +
         label("number: when replayed", x, y - 3.4, kBackward, "left") +
         label("in the box: dL / d(it)", x, y - 4.7, kBackward, "left");
}

examples::Panel graph(const std::vector<TapeEntry>& entries) {
  const std::vector<Place> at = places(entries);
  std::string script = "unset border\nunset xtics\nunset ytics\nunset grid\n" + legend_script();
  for (size_t i = 0; i < entries.size(); ++i) {
    script += box_script(entries[i], at[i]);
    for (const size_t input : entries[i].inputs)
      script += arrows_script(entries[input], at[input], entries[i], at[i]);
  }
  return {.title = "forward from left to right, backward from right to left",
          .x = {.from = -0.65, .to = 4.5},
          .y = {.from = -1, .to = 32},
          .legend = "off",
          .script = script};
}

std::string joined(const std::vector<std::string>& rows) {
  return fmt::format("{}", fmt::join(rows, "; "));
}

Table table_of(const std::vector<TapeEntry>& entries) {
  Table table{.columns = {"recorded", "record", "computes", "inputs", "shape", "value", "replayed",
                          "gradient"}};
  for (const TapeEntry& entry : entries) {
    std::vector<std::string> inputs;
    for (const size_t input : entry.inputs) inputs.push_back(entries[input].symbol);
    table.rows.push_back({entry.op ? fmt::format("{}", entry.number) : "-",
                          entry.record.empty() ? "none: a constant" : entry.record,
                          entry.op ? entry.symbol + " = " + entry.formula : entry.symbol,
                          fmt::format("{}", fmt::join(inputs, ", ")), sizes_text(entry.value),
                          joined(rows_of(entry.value)),
                          entry.replayed ? fmt::format("{}", entry.replayed) : "-",
                          entry.grad.defined() ? joined(rows_of(entry.grad)) : "-"});
  }
  return table;
}

}  // namespace

void backprop(const Settings& settings, Section& section) {
  manual_seed(settings.seed);
  NetworkTape tape = network();
  tape.run();
  const auto& entries = tape.entries();
  const double error = tape.largest_error();
  constexpr double kTolerance = 1e-8;
  if (!(error < kTolerance))
    throw Error(fmt::format("a gradient differs by {:g} from its finite difference", error));
  const auto records = std::count_if(entries.begin(), entries.end(),
                                     [](const TapeEntry& entry) { return entry.op != nullptr; });
  section.say(fmt::format(
      "A network with 2 inputs, 3 tanh neurons and 1 output, y = W2 tanh(W1 x + b1) + b2, and the "
      "mean squared error L = {:.4f} of one example: {} records on the tape. All {} elements of "
      "the gradients, those of the values in between too, agree with central differences of L; "
      "the largest difference is {:.1e}.",
      entries.back().value.item<double>(), records, tape.elements(), error));

  const auto first = std::find_if(entries.begin(), entries.end(),
                                  [](const TapeEntry& entry) { return entry.replayed == 1; });
  examples::Figure figure{
      .panels = {graph(entries)},
      .caption = fmt::format(
          "The {} records of one forward pass in the order in which the tape took them (blue "
          "numbers), each with its value in blue and the gradient of L in orange beneath. "
          "Backward starts at {} with {} and replays them from the last to the first (orange "
          "numbers); parameters (grey boxes) keep what reaches them, x and t are constants and "
          "get none. Every gradient agrees with finite differences to {:.0e} (seed {}).",
          records, first->symbol, joined(rows_of(first->grad)), error, settings.seed),
      .columns = 1,
      .panel_width = 1040,
      .panel_height = 640};
  section.figure("tape", figure);
  section.table("tape", table_of(entries),
                "In the order of the forward pass; matrices row by row.");
  nlohmann::json json = {{"largest_error", error}, {"seed", settings.seed}};
  for (const TapeEntry& entry : entries)
    json["records"].push_back({{"symbol", entry.symbol},
                               {"record", entry.record},
                               {"recorded", entry.number},
                               {"replayed", entry.replayed}});
  section.json("backprop", json);
}

}  // namespace lab
