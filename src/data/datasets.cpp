#include <array>
#include <filesystem>
#include <memory>
#include <mutex>
#include <utility>

#include "kernels/base/parallel.h"

#include "gradtape/core/error.h"
#include "gradtape/data/datasets/idx.h"
#include "gradtape/data/datasets/tensor.h"
#include "gradtape/io/idx.h"
#include "gradtape/ops/factory.h"
#include "gradtape/ops/join.h"

namespace gradtape::data::datasets {
namespace {

void check_index(size_t index, int64_t size, const char* op) {
  GRADTAPE_CHECK(index < static_cast<uint64_t>(size), op, ": the index must be below the size (",
                 size, "); got ", index);
}

// size_t's memory seen as int64, which has the same bits for every valid index.
Tensor as_tensor(ArrayRef<size_t> indices, int64_t size, const char* op) {
  for (const size_t index : indices) check_index(index, size, op);
  return from_blob(const_cast<size_t*>(indices.data()), {static_cast<int64_t>(indices.size())},
                   kInt64);
}

std::string find(const std::filesystem::path& folder, const std::string& name) {
  for (const std::string& candidate : {name, name + ".gz"})
    if (std::filesystem::exists(folder / candidate)) return (folder / candidate).string();
  gradtape::detail::fail("MNIST: folder ", folder.string(), " has no file ", name, " or ", name,
                         ".gz");
}

std::array<std::string, 2> mnist_files(const std::string& root, MNIST::Mode mode) {
  std::error_code error;
  GRADTAPE_CHECK(std::filesystem::is_directory(root, error), "MNIST: folder ", root,
                 " does not exist");
  const std::string prefix = mode == MNIST::Mode::kTrain ? "train" : "t10k";
  return {find(root, prefix + "-images-idx3-ubyte"), find(root, prefix + "-labels-idx1-ubyte")};
}

// Bytes as floats from 0 to 1; floats as they are.
Tensor from_0_to_1(const Tensor& pixels) {
  return pixels.dtype() == kUInt8 ? pixels.to(kFloat32).div_(255) : pixels;
}

// The same of some images only, in one pass over them.
Tensor from_0_to_1(const Tensor& pixels, ArrayRef<size_t> indices) {
  const Tensor index = as_tensor(indices, pixels.size(0), "IdxDataset");
  if (pixels.dtype() != kUInt8) return pixels.index_select(0, index);
  DimVector sizes(pixels.sizes());
  sizes[0] = index.size(0);
  Tensor result = empty(sizes, kFloat32);
  const int64_t length = pixels.stride(0);
  const uint8_t* bytes = pixels.data_ptr<uint8_t>();
  float* floats = result.data_ptr<float>();
  kernels::parallel_items(index.size(0), length, [&](int64_t row) {
    const uint8_t* from = bytes + indices[row] * length;
    float* to = floats + row * length;
    for (int64_t i = 0; i < length; ++i) to[i] = static_cast<float>(from[i]) / 255;
  });
  return result;
}

}  // namespace

TensorDataset::TensorDataset(const std::vector<Tensor>& tensors) : TensorDataset(stack(tensors)) {}

TensorExample TensorDataset::get(size_t index) {
  check_index(index, tensor.size(0), "TensorDataset");
  return tensor.select(0, static_cast<int64_t>(index));
}

TensorExample TensorDataset::get_stacked(ArrayRef<size_t> indices) {
  return tensor.index_select(0, as_tensor(indices, tensor.size(0), "TensorDataset"));
}

std::optional<size_t> TensorDataset::size() const { return tensor.size(0); }

// The images of a dataset and its copies: bytes as in the file, a quarter of what floats take,
// until somebody asks for all of them as floats.
class IdxDataset::Pixels {
 public:
  explicit Pixels(Tensor pixels) : pixels_(std::move(pixels)) {}

  Tensor held() const {
    const std::lock_guard lock(mutex_);
    return pixels_;
  }
  // What is written into them is seen by later examples.
  const Tensor& as_floats() {
    const std::lock_guard lock(mutex_);
    // Written once only: others may hold the reference.
    if (pixels_.dtype() == kUInt8) pixels_ = from_0_to_1(pixels_);
    return pixels_;
  }

 private:
  mutable std::mutex mutex_;
  Tensor pixels_;
};

IdxDataset::IdxDataset(const std::string& images_path, const std::string& labels_path,
                       int64_t side) {
  const Tensor images = io::read_idx(images_path);
  const Tensor labels = io::read_idx(labels_path);
  GRADTAPE_CHECK(images.dtype() == kUInt8 && images.dim() == 3,
                 "IdxDataset: images must be Byte [N, H, W]; got ", images.dtype(), " ",
                 images.sizes(), " in ", images_path);
  GRADTAPE_CHECK(labels.dtype() == kUInt8 && labels.dim() == 1,
                 "IdxDataset: labels must be Byte [N]; got ", labels.dtype(), " ", labels.sizes(),
                 " in ", labels_path);
  GRADTAPE_CHECK(images.size(0) == labels.size(0), "IdxDataset: images (", images.size(0),
                 ") and labels (", labels.size(0), ") must be as many; got ", images_path, " and ",
                 labels_path);
  Tensor pixels = images.unsqueeze(1);
  if (side != 0) pixels = enlarge(from_0_to_1(pixels), side);
  pixels_ = std::make_shared<Pixels>(std::move(pixels));
  targets_ = labels.to(kInt64);
}

const Tensor& IdxDataset::images() const { return pixels_->as_floats(); }

Example<> IdxDataset::get(size_t index) {
  check_index(index, targets_.size(0), "IdxDataset");
  const auto i = static_cast<int64_t>(index);
  return {from_0_to_1(pixels_->held().select(0, i)), targets_.select(0, i)};
}

Example<> IdxDataset::get_stacked(ArrayRef<size_t> indices) {
  const Tensor index = as_tensor(indices, targets_.size(0), "IdxDataset");
  return {from_0_to_1(pixels_->held(), indices), targets_.index_select(0, index)};
}

std::optional<size_t> IdxDataset::size() const { return targets_.size(0); }

MNIST::MNIST(const std::string& root, Mode mode, int64_t side)
    : MNIST(mnist_files(root, mode), mode, side) {}

}  // namespace gradtape::data::datasets
