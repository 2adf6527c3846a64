#include "kernels/base/parallel.h"
#include "kernels/gemm/gemm.h"
#include "kernels/layout/blocked.h"
#include "kernels/layout/onednn.h"

// Reorders between plain memory and blocks.
namespace gradtape::kernels {
namespace {

using namespace onednn;

struct Key {
  DimVector sizes;
  int64_t from, to;  // blocks, 0 being plain
  int threads;

  bool operator==(const Key&) const = default;
  size_t hash() const {
    HashOf hash;
    for (const int64_t size : sizes) hash.add(size);
    return hash.add(from).add(to).add(threads).get();
  }
};

struct Plan {
  dnnl::memory::desc from, to;
  dnnl::reorder reorder;
};

void run(const DimVector& sizes, int64_t from_block, int64_t to_block, const float* from,
         float* to) {
  constexpr int64_t kGrain = 32768;
  int64_t count = 1;
  for (const int64_t size : sizes) count *= size;
  const int threads = count > kGrain ? available_threads() : 1;
  const LibraryThreads scope(threads);
  static PlanCache<Key, Plan> plans;
  const auto plan = plans.get({sizes, from_block, to_block, threads}, [&] {
    const dnnl::memory::desc source = desc_in_blocks(sizes, from_block);
    const dnnl::memory::desc target = desc_in_blocks(sizes, to_block);
    const dnnl::reorder::primitive_desc desc(engine(), source, engine(), target);
    return std::make_shared<const Plan>(Plan{source, target, dnnl::reorder(desc)});
  });
  dnnl::memory source(plan->from, engine(), const_cast<float*>(from));
  dnnl::memory target(plan->to, engine(), to);
  plan->reorder.execute(stream(), source, target);
  stream().wait();
}

}  // namespace

void to_blocks(const DimVector& sizes, int64_t block, const float* plain, float* blocked) {
  run(sizes, 0, block, plain, blocked);
}

void from_blocks(const DimVector& sizes, int64_t block, const float* blocked, float* plain) {
  run(sizes, block, 0, blocked, plain);
}

}  // namespace gradtape::kernels
