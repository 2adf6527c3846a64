#include "examples/common/progress.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

namespace examples {
namespace {

constexpr size_t kBarWidth = 24;
constexpr auto kRedrawEvery = std::chrono::milliseconds(100);

std::string minutes(double seconds) {
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

Progress::Progress(std::string title, size_t images, std::FILE* out)
    : title_(std::move(title)),
      images_(std::max<size_t>(images, 1)),
      out_(out),
      terminal_(isatty(fileno(out))) {
  if (terminal_) draw();
}

double Progress::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

void Progress::update(size_t images, double mean_loss, size_t correct) {
  seen_ += images;
  correct_ += correct;
  loss_sum_ += mean_loss * static_cast<double>(images);
  if (terminal_) {
    if (Clock::now() >= next_draw_) draw();
  } else if (seen_ < images_ && 10 * seen_ >= next_tenth_ * images_) {
    next_tenth_ = 10 * seen_ / images_ + 1;
    fmt::print(out_, "{}\n", text());
    std::fflush(out_);
  }
}

void Progress::finish() {
  fmt::print(out_, "{}{}  {:.1f} s\n", terminal_ ? "\r\x1b[K" : "", text(), seconds());
  std::fflush(out_);
}

std::string Progress::text() const {
  const double part = std::min(static_cast<double>(seen_) / static_cast<double>(images_), 1.0);
  const double time = seconds();
  const double rate = time > 0 ? static_cast<double>(seen_) / time : 0;
  std::string bar;
  if (terminal_) {
    const auto filled = static_cast<size_t>(part * kBarWidth);
    bar = std::string(filled, '=');
    if (filled < kBarWidth) bar += '>';
    bar.resize(kBarWidth, ' ');
    bar = " [" + bar + "]";
  }
  std::string result = fmt::format("{}{} {:3.0f}%", title_, bar, 100 * part);
  if (seen_ == 0) return result;
  result +=
      fmt::format("  loss {:.4f}  accuracy {:.4f}  {:.0f} images/s", loss(), accuracy(), rate);
  if (seen_ < images_)
    result += "  ETA " + minutes(static_cast<double>(images_ - seen_) / std::max(rate, 1e-9));
  return result;
}

void Progress::draw() {
  fmt::print(out_, "\r\x1b[K{}", text());
  std::fflush(out_);
  next_draw_ = Clock::now() + kRedrawEvery;
}

}  // namespace examples
