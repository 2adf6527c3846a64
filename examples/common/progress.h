#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>

namespace examples {

/// Shows how far some work is: a bar that is redrawn on a terminal, a line now and then elsewhere.
///
///     trials [=========>          ]  47%  lr 0.1  ETA 0:03
class ProgressBar {
 public:
  ProgressBar(std::string title, size_t total, std::FILE* out = stdout);
  virtual ~ProgressBar() = default;

  /// After so many more of the total; the note is shown behind the share.
  void advance(size_t count, const std::string& note = "");
  /// Shows the end state and the time that was taken.
  void finish();
  double seconds() const;

 protected:
  size_t done() const { return done_; }

 private:
  using Clock = std::chrono::steady_clock;

  std::string text() const;
  void draw();

  std::string title_, note_;
  size_t total_;
  std::FILE* out_;
  bool terminal_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_draw_ = start_;
  size_t next_tenth_ = 1;
  size_t done_ = 0;
};

/// How far an epoch is.
///
///     epoch 1/3 [=========>          ]  47%  loss 0.4312  accuracy 0.8421  12043 images/s  ETA
///     0:03
///
/// Loss and accuracy are means over the images so far.
class Progress : public ProgressBar {
 public:
  Progress(std::string title, size_t images, std::FILE* out = stdout)
      : ProgressBar(std::move(title), images, out) {}

  /// After a batch: its mean loss and how many of its images were told right.
  void update(size_t images, double mean_loss, size_t correct);

 private:
  size_t correct_ = 0;
  double loss_sum_ = 0;
};

}  // namespace examples
