#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>

namespace examples {

/// Shows how far an epoch is: a bar that is redrawn on a terminal, a line now and then elsewhere.
///
///     epoch 1/3 [=========>          ]  47%  loss 0.4312  accuracy 0.8421  12043 images/s  ETA
///     0:03
///
/// Loss and accuracy are means over the images so far.
class Progress {
 public:
  Progress(std::string title, size_t images, std::FILE* out = stdout);

  /// After a batch: its mean loss and how many of its images were told right.
  void update(size_t images, double mean_loss, size_t correct);
  /// Shows the end state and the time that was taken.
  void finish();

  double loss() const { return seen_ ? loss_sum_ / static_cast<double>(seen_) : 0; }
  double accuracy() const {
    return seen_ ? static_cast<double>(correct_) / static_cast<double>(seen_) : 0;
  }
  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::string text() const;
  void draw();

  std::string title_;
  size_t images_;
  std::FILE* out_;
  bool terminal_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_draw_ = start_;
  size_t next_tenth_ = 1;
  size_t seen_ = 0;
  size_t correct_ = 0;
  double loss_sum_ = 0;
};

}  // namespace examples
