#include "examples/common/progress.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "examples/common/output.h"

namespace examples {
namespace {

constexpr size_t kBarWidth = 24;
constexpr auto kRedrawEvery = std::chrono::milliseconds(100);

std::string minutes(double seconds) {
  const auto whole = static_cast<int64_t>(seconds + 0.5);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace

ProgressBar::ProgressBar(std::string title, size_t total, std::FILE* out)
    : title_(std::move(title)),
      total_(std::max<size_t>(total, 1)),
      out_(out),
      terminal_(isatty(fileno(out))) {
  if (terminal_) draw();
}

double ProgressBar::seconds() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

void ProgressBar::advance(size_t count, const std::string& note) {
  done_ += count;
  note_ = note;
  if (terminal_) {
    if (Clock::now() >= next_draw_) draw();
  } else if (done_ < total_ && 10 * done_ >= next_tenth_ * total_) {
    next_tenth_ = 10 * done_ / total_ + 1;
    write(out_, text() + "\n");
    std::fflush(out_);
  }
}

void ProgressBar::finish() {
  write(out_, fmt::format("{}{}  {:.1f} s\n", terminal_ ? "\r\x1b[K" : "", text(), seconds()));
  std::fflush(out_);
}

std::string ProgressBar::text() const {
  const double part = std::min(static_cast<double>(done_) / static_cast<double>(total_), 1.0);
  std::string bar;
  if (terminal_) {
    const auto filled = static_cast<size_t>(part * kBarWidth);
    bar = std::string(filled, '=');
    if (filled < kBarWidth) bar += '>';
    bar.resize(kBarWidth, ' ');
    bar = " [" + bar + "]";
  }
  std::string result = fmt::format("{}{} {:3.0f}%", title_, bar, 100 * part);
  if (done_ == 0) return result;
  if (!note_.empty()) result += "  " + note_;
  if (done_ < total_) result += "  ETA " + minutes(seconds() * (1 - part) / part);
  return result;
}

void ProgressBar::draw() {
  write(out_, "\r\x1b[K" + text());
  std::fflush(out_);
  next_draw_ = Clock::now() + kRedrawEvery;
}

void Progress::update(size_t images, double mean_loss, size_t correct) {
  correct_ += correct;
  loss_sum_ += mean_loss * static_cast<double>(images);
  const auto seen = static_cast<double>(done() + images);
  advance(images,
          fmt::format("loss {:.4f}  accuracy {:.4f}  {:.0f} images/s", loss_sum_ / seen,
                      static_cast<double>(correct_) / seen, seen / std::max(seconds(), 1e-9)));
}

}  // namespace examples
