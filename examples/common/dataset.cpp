#include "examples/common/dataset.h"

#include <filesystem>

#include "examples/common/output.h"

namespace examples {

std::string find_dataset(const std::string& folder) {
  if (folder != kFashionMnist || std::filesystem::exists(folder)) return folder;
  print(
      "{} is missing (Debian package dataset-fashion-mnist): going on with the 1,797 UCI digits of "
      "8x8 pixels\n",
      kFashionMnist);
  return GRADTAPE_SOURCE_DIR "/examples/data/digits";
}

}  // namespace examples
