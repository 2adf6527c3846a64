#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "gradtape/data/datasets/base.h"

namespace gradtape::data::datasets {

/// Images at another size, interpolated bilinearly: output pixel (y, x) is the input at
/// ((y + 0.5) H / side - 0.5, ...), as PyTorch's interpolate with align_corners = false.
///
/// Shapes: images float [..., H, W] -> [..., side, side].
/// Throws: Error if images is not float, has no pixels to read from, or side is below 1.
Tensor enlarge(const Tensor& images, int64_t side);

/// Images and labels from two IDX files, held in memory: images as the file's bytes, until images()
/// asks for all of them as floats. Copies share both.
///
/// Shapes: an example is an image [1, H, W], float from 0 to 1, and its label, int64 0-d.
class IdxDataset : public Dataset<IdxDataset> {
 public:
  using Stackable = IdxDataset;

  /// side, unless 0, is what the images are enlarged to.
  ///
  /// Throws: Error if a file cannot be read (see io::read_idx), if the images are not uint8 [N, H,
  /// W] or the labels not uint8 [N] with the same N.
  IdxDataset(const std::string& images_path, const std::string& labels_path, int64_t side = 0);

  /// Throws: Error unless index < size().
  Example<> get(size_t index) override;
  Example<> get_stacked(ArrayRef<size_t> indices);
  std::optional<size_t> size() const override;

  /// All images, float [N, 1, H, W]. From the first call on they are what examples are taken from.
  const Tensor& images() const;
  /// All labels, [N].
  const Tensor& targets() const { return targets_; }

 private:
  class Pixels;
  std::shared_ptr<Pixels> pixels_;
  Tensor targets_;
};

/// MNIST, or any data set in its four files: train-images-idx3-ubyte, train-labels-idx1-ubyte,
/// t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each plain or with .gz behind its name.
///
/// Shapes: as IdxDataset.
/// Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits".
class MNIST : public Dataset<MNIST> {
 public:
  using Stackable = MNIST;
  enum class Mode { kTrain, kTest };

  /// side, unless 0, is what the images are enlarged to.
  ///
  /// Throws: Error if the folder or one of its files is missing, or as IdxDataset.
  explicit MNIST(const std::string& root, Mode mode = Mode::kTrain, int64_t side = 0);

  Example<> get(size_t index) override { return data_.get(index); }
  Example<> get_stacked(ArrayRef<size_t> indices) { return data_.get_stacked(indices); }
  std::optional<size_t> size() const override { return data_.size(); }

  bool is_train() const noexcept { return mode_ == Mode::kTrain; }
  /// All images, float [N, 1, H, W]. From the first call on they are what examples are taken from.
  const Tensor& images() const { return data_.images(); }
  /// All labels, [N].
  const Tensor& targets() const { return data_.targets(); }

 private:
  MNIST(const std::array<std::string, 2>& files, Mode mode, int64_t side)
      : mode_(mode), data_(files[0], files[1], side) {}

  Mode mode_;
  IdxDataset data_;
};

}  // namespace gradtape::data::datasets
