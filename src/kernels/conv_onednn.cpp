#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <unordered_map>

#include <dnnl.hpp>

#include "kernels/array.h"
#include "kernels/conv_backends.h"
#include "kernels/gemm.h"
#include "kernels/parallel.h"

// f32 convolutions by oneDNN. On plain NCHW it falls back to im2col at less than half its speed, so
// a primitive chooses its layout, and reorders to and from NCHW stand around it: measured with
// LeNet's layers they cost a tenth of what they save.
namespace gradtape::kernels::onednn {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;

enum class Pass { kForward, kInputGrad, kWeightGrad };

struct Key {
  Conv2dShape shape;
  Pass pass;
  bool bias;
  int threads;

  bool operator==(const Key&) const = default;
};

struct KeyHash {
  size_t operator()(const Key& key) const {
    const Conv2dShape& s = key.shape;
    size_t hash = static_cast<size_t>(key.pass) * 2 + key.bias;
    for (const int64_t value :
         {s.batch, s.in_channels, s.height, s.width, s.out_channels, s.kernel_h, s.kernel_w,
          s.out_h, s.out_w, s.stride_h, s.stride_w, s.pad_top, s.pad_left, s.dilation_h,
          s.dilation_w, s.groups, int64_t{key.threads}}) {
      hash = hash * 1099511628211u + static_cast<size_t>(value);
    }
    return hash;
  }
};

const dnnl::engine& engine() {
  static const dnnl::engine cpu(dnnl::engine::kind::cpu, 0);
  return cpu;
}

dnnl::stream& stream() {
  thread_local dnnl::stream mine(engine());
  return mine;
}

// One operand: how the caller has it, how the primitive wants it, and the way from one to the
// other.
struct Operand {
  memory::desc plain, wanted;
  std::optional<dnnl::reorder> reorder;

  Operand(memory::desc plain_desc, memory::desc wanted_desc, bool is_result)
      : plain(std::move(plain_desc)), wanted(std::move(wanted_desc)) {
    if (plain == wanted) return;
    const memory::desc& from = is_result ? wanted : plain;
    const memory::desc& to = is_result ? plain : wanted;
    reorder.emplace(dnnl::reorder::primitive_desc(engine(), from, engine(), to));
  }
};

// A convolution ready to run: first and second are what it reads, result what it writes.
struct Plan {
  dnnl::primitive primitive;
  Operand first, second, result;
  int first_argument, second_argument, result_argument, bias_argument;
  memory::desc bias, scratchpad;
};

struct Layouts {
  Tag input, output;
};

class Builder {
 public:
  explicit Builder(const Key& key) : key_(key), s_(key.shape) {
    attributes_.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  }

  // The first layouts, best first, that oneDNN has more than reference code for.
  std::shared_ptr<const Plan> build() const {
    for (const Layouts& layouts : candidates()) {
      try {
        if (auto plan = plan_for(layouts, /*refuse_reference=*/true)) return plan;
      } catch (const dnnl::error&) {
        continue;
      }
    }
    return plan_for({Tag::any, Tag::any}, /*refuse_reference=*/false);
  }

 private:
  std::vector<Layouts> candidates() const {
    const int64_t in = s_.in_channels / s_.groups, out = s_.out_channels / s_.groups;
    const Layouts any{Tag::any, Tag::any}, plain{Tag::nchw, Tag::nchw}, nhwc{Tag::nhwc, Tag::nhwc};
    if (in <= 3 && s_.groups == 1) {
      if (key_.pass == Pass::kInputGrad) return {plain, any};
      return {{Tag::nchw, Tag::any}, any, plain};
    }
    if (key_.pass == Pass::kForward || s_.groups > 1 || (in % 16 == 0 && out % 16 == 0)) {
      return {any, nhwc, plain};
    }
    return {nhwc, any, plain};
  }

  static memory::dims dims(const DimVector& sizes) { return {sizes.begin(), sizes.end()}; }
  memory::desc desc(const DimVector& sizes, Tag tag) const {
    return {dims(sizes), memory::data_type::f32, tag};
  }
  memory::desc weight(Tag tag) const {
    if (s_.groups == 1) return desc(s_.weight(), tag);
    return {{s_.groups, s_.out_channels / s_.groups, s_.in_channels / s_.groups, s_.kernel_h,
             s_.kernel_w},
            memory::data_type::f32,
            tag == Tag::any ? tag : Tag::goihw};
  }

  std::shared_ptr<const Plan> plan_for(const Layouts& layouts, bool refuse_reference) const {
    using namespace dnnl;
    const memory::desc x = desc(s_.input(), layouts.input), y = desc(s_.output(), layouts.output),
                       w = weight(Tag::any);
    const memory::desc b = key_.bias
                               ? memory::desc({s_.out_channels}, memory::data_type::f32, Tag::x)
                               : memory::desc();
    const memory::desc plain_x = desc(s_.input(), Tag::nchw),
                       plain_y = desc(s_.output(), Tag::nchw), plain_w = weight(Tag::oihw);
    const memory::dims strides{s_.stride_h, s_.stride_w}, left{s_.pad_top, s_.pad_left},
        right{s_.pad_bottom, s_.pad_right}, dilates{s_.dilation_h - 1, s_.dilation_w - 1};
    constexpr auto kDirect = algorithm::convolution_direct;
    const auto refused = [&](const char* name) {
      return refuse_reference && std::string_view(name).starts_with("ref");
    };

    const convolution_forward::primitive_desc forward(
        {prop_kind::forward_training, kDirect, x, w, b, y, strides, dilates, left, right},
        attributes_, engine());
    if (key_.pass == Pass::kForward) {
      if (refused(forward.impl_info_str())) return nullptr;
      return std::make_shared<const Plan>(
          Plan{convolution_forward(forward), Operand(plain_x, forward.src_desc(), false),
               Operand(plain_w, forward.weights_desc(), false),
               Operand(plain_y, forward.dst_desc(), true), DNNL_ARG_SRC, DNNL_ARG_WEIGHTS,
               DNNL_ARG_DST, DNNL_ARG_BIAS, b, forward.scratchpad_desc()});
    }
    if (key_.pass == Pass::kInputGrad) {
      const convolution_backward_data::primitive_desc backward(
          {kDirect, x, w, y, strides, dilates, left, right}, attributes_, engine(), forward);
      if (refused(backward.impl_info_str())) return nullptr;
      return std::make_shared<const Plan>(Plan{
          convolution_backward_data(backward), Operand(plain_y, backward.diff_dst_desc(), false),
          Operand(plain_w, backward.weights_desc(), false),
          Operand(plain_x, backward.diff_src_desc(), true), DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS,
          DNNL_ARG_DIFF_SRC, DNNL_ARG_BIAS, memory::desc(), backward.scratchpad_desc()});
    }
    const convolution_backward_weights::primitive_desc backward(
        {kDirect, x, w, b, y, strides, dilates, left, right}, attributes_, engine(), forward);
    if (refused(backward.impl_info_str())) return nullptr;
    return std::make_shared<const Plan>(Plan{
        convolution_backward_weights(backward), Operand(plain_y, backward.diff_dst_desc(), false),
        Operand(plain_x, backward.src_desc(), false),
        Operand(plain_w, backward.diff_weights_desc(), true), DNNL_ARG_DIFF_DST, DNNL_ARG_SRC,
        DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_BIAS, b, backward.scratchpad_desc()});
  }

  const Key& key_;
  const Conv2dShape& s_;
  dnnl::primitive_attr attributes_;
};

// Plans by shape, for all threads; started again when full, so that a program of ever new shapes
// does not grow.
std::shared_ptr<const Plan> plan_of(const Key& key) {
  constexpr size_t kMostPlans = 512;
  static std::mutex mutex;
  static std::unordered_map<Key, std::shared_ptr<const Plan>, KeyHash> plans;
  {
    const std::scoped_lock lock(mutex);
    const auto found = plans.find(key);
    if (found != plans.end()) return found->second;
  }
  auto plan = Builder(key).build();
  const std::scoped_lock lock(mutex);
  if (plans.size() >= kMostPlans) plans.clear();
  return plans.emplace(key, std::move(plan)).first->second;
}

// Memory that lasts for one call, from the caching allocator.
class Scratch {
 public:
  explicit Scratch(size_t bytes) : bytes_(bytes), block_(bytes ? allocate(bytes) : nullptr) {}
  ~Scratch() {
    if (block_) deallocate(block_, bytes_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  void* get() const { return block_; }

 private:
  size_t bytes_;
  void* block_;
};

// oneDNN reads through the same non-const handles it writes through.
void* handle(const float* data) { return const_cast<float*>(data); }

memory brought(const Operand& operand, const float* data, const Scratch& scratch) {
  memory plain(operand.plain, engine(), handle(data));
  if (!operand.reorder) return plain;
  memory wanted(operand.wanted, engine(), scratch.get());
  operand.reorder->execute(stream(), plain, wanted);
  return wanted;
}

size_t bytes_for(const Operand& operand) { return operand.reorder ? operand.wanted.get_size() : 0; }

void run(Pass pass, const Conv2dShape& shape, const float* first, const float* second,
         const float* bias, float* result) {
  constexpr int64_t kThreadWork = 200'000;
  const int count = shape.work() < kThreadWork ? 1 : available_threads();
  const LibraryThreads threads(count);
  const std::shared_ptr<const Plan> plan = plan_of({shape, pass, bias != nullptr, count});
  const Scratch first_scratch(bytes_for(plan->first)), second_scratch(bytes_for(plan->second)),
      result_scratch(bytes_for(plan->result)), scratchpad(plan->scratchpad.get_size());
  memory plain(plan->result.plain, engine(), result);
  memory wanted =
      plan->result.reorder ? memory(plan->result.wanted, engine(), result_scratch.get()) : plain;
  std::unordered_map<int, memory> arguments{
      {plan->first_argument, brought(plan->first, first, first_scratch)},
      {plan->second_argument, brought(plan->second, second, second_scratch)},
      {plan->result_argument, wanted}};
  if (bias) arguments.emplace(plan->bias_argument, memory(plan->bias, engine(), handle(bias)));
  if (scratchpad.get()) {
    arguments.emplace(DNNL_ARG_SCRATCHPAD, memory(plan->scratchpad, engine(), scratchpad.get()));
  }
  plan->primitive.execute(stream(), arguments);
  if (plan->result.reorder) plan->result.reorder->execute(stream(), wanted, plain);
  stream().wait();
}

}  // namespace

void conv2d(const Conv2dShape& shape, const float* input, const float* weight, const float* bias,
            float* output) {
  run(Pass::kForward, shape, input, weight, bias, output);
}

void conv2d_input_grad(const Conv2dShape& shape, const float* grad, const float* weight,
                       float* input_grad) {
  run(Pass::kInputGrad, shape, grad, weight, nullptr, input_grad);
}

void conv2d_weight_grad(const Conv2dShape& shape, const float* grad, const float* input,
                        float* weight_grad, float* bias_grad) {
  run(Pass::kWeightGrad, shape, grad, input, bias_grad, weight_grad);
}

}  // namespace gradtape::kernels::onednn
