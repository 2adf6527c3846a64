// Records the order in which libtorch's loader hands out examples, in data_loader.json.
//
// Built and run by hand, where libtorch is installed (Debian 12: libtorch-dev 1.13.1):
//     g++ -std=c++17 data_loader.cpp -I/usr/include/torch/csrc/api/include \
//         -ltorch -ltorch_cpu -lc10 -o data_loader && ./data_loader > data_loader.json
#include <cstdio>

#include <torch/torch.h>

using namespace torch::data;

struct Numbers : datasets::Dataset<Numbers, TensorExample> {
  explicit Numbers(size_t count) : count(count) {}
  TensorExample get(size_t index) override { return torch::tensor(static_cast<int64_t>(index)); }
  torch::optional<size_t> size() const override { return count; }
  size_t count;
};

struct Case {
  uint64_t seed;
  size_t size, batch_size, workers;
  bool drop_last, sequential;
  int epochs;
};

template <class Loader>
void print_epochs(Loader& loader, int epochs) {
  for (int epoch = 0; epoch < epochs; ++epoch) {
    std::printf("%s[", epoch ? ", " : "");
    const char* separator = "";
    for (TensorExample& batch : loader) {
      std::printf("%s[", separator);
      for (int64_t i = 0; i < batch.data.size(0); ++i)
        std::printf("%s%ld", i ? ", " : "", batch.data[i].item<int64_t>());
      std::printf("]");
      separator = ", ";
    }
    std::printf("]");
  }
}

int main() {
  const Case cases[] = {{0, 10, 3, 0, false, false, 3}, {1, 10, 3, 0, true, false, 2},
                        {7, 33, 8, 2, false, false, 2}, {42, 5, 8, 1, false, false, 2},
                        {3, 7, 2, 0, false, true, 1},   {2023, 100, 64, 2, true, false, 3}};
  std::printf("{\"source\": \"libtorch 1.13.1 (Debian 12)\",\n \"cases\": [");
  const char* separator = "\n";
  for (const Case& c : cases) {
    torch::manual_seed(c.seed);
    auto dataset = Numbers(c.size).map(transforms::Stack<TensorExample>());
    const auto options = DataLoaderOptions(c.batch_size).workers(c.workers).drop_last(c.drop_last);
    std::printf(
        "%s  {\"seed\": %lu, \"size\": %zu, \"batch_size\": %zu, \"workers\": %zu, \"drop_last\": "
        "%s, \"sequential\": %s, \"epochs\": [",
        separator, c.seed, c.size, c.batch_size, c.workers, c.drop_last ? "true" : "false",
        c.sequential ? "true" : "false");
    if (c.sequential) {
      auto loader = make_data_loader<samplers::SequentialSampler>(dataset, options);
      print_epochs(*loader, c.epochs);
    } else {
      auto loader = make_data_loader(dataset, options);
      print_epochs(*loader, c.epochs);
    }
    // Where the generator stands afterwards.
    std::printf("], \"next_random\": %ld}",
                torch::randint(1 << 30, {1}, torch::kInt64).item<int64_t>());
    separator = ",\n";
  }
  std::printf("\n ]}\n");
}
