#include "gradtape/tune/space.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "tune/hash.h"

namespace gradtape::tune {

double Value::to_double() const {
  if (is_real()) return std::get<double>(value_);
  GRADTAPE_CHECK(is_integer(), "search: a number is wanted; got the value ", to_string());
  return static_cast<double>(std::get<int64_t>(value_));
}

int64_t Value::to_int() const {
  GRADTAPE_CHECK(is_integer(), "search: an integer is wanted; got the value ", to_string());
  return std::get<int64_t>(value_);
}

bool Value::to_bool() const {
  GRADTAPE_CHECK(is_bool(), "search: true or false is wanted; got the value ", to_string());
  return std::get<bool>(value_);
}

std::string Value::to_string() const {
  if (is_text()) return std::get<std::string>(value_);
  if (is_bool()) return std::get<bool>(value_) ? "true" : "false";
  if (is_integer()) return std::to_string(std::get<int64_t>(value_));
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::get<double>(value_)).ptr;
  return {buffer, end};
}

const Value& Parameters::operator[](std::string_view name) const {
  std::string known;
  for (const auto& [key, value] : items_) {
    if (key == name) return value;
    known += (known.empty() ? "" : ", ") + key;
  }
  detail::fail("search: the parameter must be one of the space (", known, "); got ", name);
}

bool Parameters::contains(std::string_view name) const {
  return std::any_of(begin(), end(), [&](const auto& item) { return item.first == name; });
}

Space& Space::add(Dimension dimension) {
  GRADTAPE_CHECK(!dimension.name.empty(), "search: a parameter must have a name; got \"\"");
  for (const Dimension& other : dimensions_)
    GRADTAPE_CHECK(other.name != dimension.name, "search: names must be unique; got ",
                   dimension.name, " twice");
  if (dimension.kind != Dimension::Kind::kChoice) {
    const double lower = dimension.lower, upper = dimension.upper;
    GRADTAPE_CHECK(std::isfinite(lower) && std::isfinite(upper), "search: the range of ",
                   dimension.name, " must be finite; got ", lower, " to ", upper);
    GRADTAPE_CHECK(lower < upper, "search: lower must be below upper; got ", dimension.name, " ",
                   lower, " to ", upper);
  }
  dimensions_.push_back(std::move(dimension));
  return *this;
}

Space& Space::uniform(std::string name, double lower, double upper) {
  return add({std::move(name), Dimension::Kind::kUniform, lower, upper});
}

Space& Space::log_uniform(std::string name, double lower, double upper) {
  GRADTAPE_CHECK(lower > 0, "search: a log range must be positive; got ", name, " ", lower, " to ",
                 upper);
  return add({std::move(name), Dimension::Kind::kLogUniform, lower, upper});
}

Space& Space::integer(std::string name, int64_t lower, int64_t upper) {
  // The ends are kept as doubles.
  constexpr int64_t limit = int64_t{1} << 53;
  GRADTAPE_CHECK(lower >= -limit && upper <= limit, "search: the range of ", name,
                 " must lie within 2^53; got ", lower, " to ", upper);
  return add({std::move(name), Dimension::Kind::kInteger, static_cast<double>(lower),
              static_cast<double>(upper)});
}

Space& Space::choice(std::string name, std::vector<Value> values) {
  GRADTAPE_CHECK(!values.empty(), "search: a choice must have values; got none for ", name);
  for (size_t i = 0; i < values.size(); ++i) {
    GRADTAPE_CHECK(!values[i].is_real() || std::isfinite(values[i].to_double()),
                   "search: the values of ", name, " must be finite; got ", values[i].to_string());
    GRADTAPE_CHECK(std::find(values.begin(), values.begin() + static_cast<ptrdiff_t>(i),
                             values[i]) == values.begin() + static_cast<ptrdiff_t>(i),
                   "search: the values of ", name, " must differ; got ", values[i].to_string(),
                   " twice");
  }
  return add({std::move(name), Dimension::Kind::kChoice, 0, 0, std::move(values)});
}

namespace {

constexpr int64_t kLargestGrid = 1'000'000;

// The value at a fraction of the range: 0 its lower end, 1 its upper one.
double at(const Dimension& d, double fraction) {
  if (d.kind != Dimension::Kind::kLogUniform) return d.lower + fraction * (d.upper - d.lower);
  // The ends exactly: exp(log(x)) may miss x by a rounding.
  if (fraction == 0) return d.lower;
  if (fraction == 1) return d.upper;
  const double low = std::log(d.lower), high = std::log(d.upper);
  return std::clamp(std::exp(low + fraction * (high - low)), d.lower, d.upper);
}

int64_t integers(const Dimension& d) { return static_cast<int64_t>(d.upper - d.lower) + 1; }

int64_t grid_points(const Dimension& d, int64_t points) {
  if (d.kind == Dimension::Kind::kChoice) return static_cast<int64_t>(d.choices.size());
  return d.kind == Dimension::Kind::kInteger ? std::min(points, integers(d)) : points;
}

}  // namespace

Parameters Space::sample(uint64_t seed, int64_t number) const {
  Parameters parameters;
  for (const Dimension& d : dimensions_) {
    const double u = unit(hash(hash(seed, static_cast<uint64_t>(number)), hash(d.name)));
    if (d.kind == Dimension::Kind::kChoice)
      parameters.add(d.name,
                     d.choices[static_cast<size_t>(u * static_cast<double>(d.choices.size()))]);
    else if (d.kind == Dimension::Kind::kInteger)
      parameters.add(
          d.name, static_cast<int64_t>(d.lower + std::floor(u * static_cast<double>(integers(d)))));
    else
      parameters.add(d.name, at(d, u));
  }
  return parameters;
}

int64_t Space::grid_size(int64_t points) const {
  GRADTAPE_CHECK(points >= 1, "search: a grid's points must be positive; got ", points);
  int64_t size = 1;
  for (const Dimension& d : dimensions_) {
    const int64_t count = grid_points(d, points);
    GRADTAPE_CHECK(count <= kLargestGrid / size, "search: a grid must have at most ", kLargestGrid,
                   " points; got ", points, " per range in ", dimensions_.size(), " dimensions");
    size *= count;
  }
  return size;
}

Parameters Space::grid(int64_t points, int64_t number) const {
  const int64_t size = grid_size(points);
  GRADTAPE_CHECK(number >= 0 && number < size, "search: the grid has ", size,
                 " points; got number ", number);
  std::vector<Value> values;
  for (auto d = dimensions_.rbegin(); d != dimensions_.rend(); ++d) {
    const int64_t count = grid_points(*d, points), i = number % count;
    number /= count;
    const double fraction =
        count == 1 ? 0.5 : static_cast<double>(i) / static_cast<double>(count - 1);
    if (d->kind == Dimension::Kind::kChoice)
      values.push_back(d->choices[static_cast<size_t>(i)]);
    else if (d->kind == Dimension::Kind::kInteger)
      values.push_back(static_cast<int64_t>(std::floor(at(*d, fraction) + 0.5)));
    else
      values.push_back(at(*d, fraction));
  }
  Parameters parameters;
  for (size_t i = 0; i < values.size(); ++i)
    parameters.add(dimensions_[i].name, values[values.size() - 1 - i]);
  return parameters;
}

}  // namespace gradtape::tune
