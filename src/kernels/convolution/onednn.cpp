#include "kernels/layout/onednn.h"

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "kernels/base/parallel.h"
#include "kernels/convolution/backends.h"
#include "kernels/convolution/pack_weight.h"
#include "kernels/gemm/gemm.h"
#include "kernels/layout/blocked.h"

// f32 convolutions by oneDNN. On plain NCHW it falls back to im2col at less than half its speed, so
// a primitive chooses its layout. A result stays in it where it is one of blocked.h's, and the next
// layer reads it as it is; else reorders to and from NCHW stand around the primitive.
namespace gradtape::kernels::onednn {
namespace {

using dnnl::memory;

enum class Pass { kForward, kInputGrad, kWeightGrad };

struct Key {
  Conv2dShape shape;
  Pass pass;
  bool bias;
  int64_t first_block, second_block;  // how the operands lie, see block_of
  int threads;

  bool operator==(const Key&) const = default;
  size_t hash() const {
    HashOf hash;
    for (const int64_t value :
         {shape.batch,        shape.in_channels, shape.height,     shape.width,
          shape.out_channels, shape.kernel_h,    shape.kernel_w,   shape.out_h,
          shape.out_w,        shape.stride_h,    shape.stride_w,   shape.pad_top,
          shape.pad_left,     shape.dilation_h,  shape.dilation_w, shape.groups,
          first_block,        second_block,      int64_t{threads}, static_cast<int64_t>(pass),
          int64_t{bias}}) {
      hash.add(value);
    }
    return hash.get();
  }
};

// The block in which a private array has this order, 0 if there is none.
int64_t block_for(const DimVector& sizes, const memory::desc& wanted) {
  const int64_t channels = sizes[1];
  for (const int64_t block : {int64_t{16}, int64_t{8}, channels}) {
    if (wanted == desc_in_blocks(sizes, 0)) return 0;
    if (channels % block == 0 && wanted == desc_in_blocks(sizes, block)) return block;
  }
  return 0;
}

// One operand: how the caller has it, how the primitive wants it, and the way from one to the
// other.
struct Operand {
  memory::desc given, wanted;
  std::optional<dnnl::reorder> reorder;

  Operand(memory::desc given_desc, memory::desc wanted_desc, bool is_result = false)
      : given(std::move(given_desc)), wanted(std::move(wanted_desc)) {
    if (given == wanted) return;
    const memory::desc& from = is_result ? wanted : given;
    const memory::desc& to = is_result ? given : wanted;
    reorder.emplace(dnnl::reorder::primitive_desc(engine(), from, engine(), to));
  }
};

// A convolution ready to run: first and second are what it reads, result what it writes.
struct Plan {
  dnnl::primitive primitive;
  Operand first, second, result;
  int first_argument, second_argument, result_argument, bias_argument;
  int64_t result_block;
  bool packs_weight;  // the weight is the second operand, and pack_weight brings it
  memory::desc bias, scratchpad;
};

struct Way {
  dnnl::algorithm algorithm;
  Tag input, output;
};

class Builder {
 public:
  explicit Builder(const Key& key) : key_(key), s_(key.shape) {
    attributes_.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  }

  // The first way, best first, that oneDNN has more than reference code for.
  std::shared_ptr<const Plan> build() const {
    for (const Way& way : candidates()) {
      try {
        if (auto plan = plan_for(way, /*refuse_reference=*/true)) return plan;
      } catch (const dnnl::error&) {
        continue;
      }
    }
    return plan_for({kDirect, Tag::any, Tag::any}, /*refuse_reference=*/false);
  }

 private:
  static constexpr auto kDirect = dnnl::algorithm::convolution_direct;

  std::vector<Way> candidates() const {
    const int64_t in = s_.in_channels / s_.groups, out = s_.out_channels / s_.groups;
    const Way any{kDirect, Tag::any, Tag::any}, plain{kDirect, Tag::nchw, Tag::nchw},
        nhwc{kDirect, Tag::nhwc, Tag::nhwc};
    if (winograd_pays()) {
      return {{dnnl::algorithm::convolution_winograd, Tag::any, Tag::any}, any, nhwc, plain};
    }
    if (in <= 3 && s_.groups == 1) {
      if (key_.pass == Pass::kInputGrad) return {plain, any};
      return {{kDirect, Tag::nchw, Tag::any}, any, plain};
    }
    if (key_.pass == Pass::kForward || s_.groups > 1 || (in % 16 == 0 && out % 16 == 0)) {
      return {any, nhwc, plain};
    }
    return {nhwc, any, plain};
  }

  // F(4x4, 3x3). Lavin and Gray 2016, arXiv:1509.09308. 1.1 to 2.1 times as fast as direct from 24
  // channels on, not at 16; its error is 3 to 6 times direct's (root mean square, against f64).
  // With few tiles its weights, 4 times as large, cost more than they save: one image of 512
  // channels of 7x7 takes 2.5 ms instead of 0.7. Of images smaller than a tile it saves nothing,
  // and errs most. An infinity or NaN spreads over the tiles that read it, as in no direct
  // convolution.
  bool winograd_pays() const {
    constexpr int64_t kChannels = 24, kTile = 4, kTiles = 48;
    const auto tiles_along = [](int64_t size) { return (size + kTile - 1) / kTile; };
    return s_.kernel_h == 3 && s_.kernel_w == 3 && s_.stride_h == 1 && s_.stride_w == 1 &&
           s_.dilation_h == 1 && s_.dilation_w == 1 && s_.groups == 1 &&
           s_.in_channels >= kChannels && s_.out_channels >= kChannels && s_.out_h >= kTile &&
           s_.out_w >= kTile && s_.batch * tiles_along(s_.out_h) * tiles_along(s_.out_w) >= kTiles;
  }

  memory::desc weight(Tag tag) const {
    if (s_.groups == 1) return desc_of(s_.weight(), tag);
    return {{s_.groups, s_.out_channels / s_.groups, s_.in_channels / s_.groups, s_.kernel_h,
             s_.kernel_w},
            memory::data_type::f32,
            tag == Tag::any ? tag : Tag::goihw};
  }

  bool packs(const memory::desc& wanted) const {
    return s_.groups == 1 && s_.out_channels % 16 == 0 && s_.in_channels % 16 == 0 &&
           wanted == desc_of(s_.weight(), Tag::OIhw16i16o);
  }

  std::shared_ptr<const Plan> plan_for(const Way& way, bool refuse_reference) const {
    using namespace dnnl;
    const memory::desc x = desc_of(s_.input(), way.input), y = desc_of(s_.output(), way.output),
                       w = weight(Tag::any);
    const memory::desc b = key_.bias
                               ? memory::desc({s_.out_channels}, memory::data_type::f32, Tag::x)
                               : memory::desc();
    const memory::desc plain_w = weight(Tag::oihw);
    const memory::dims strides{s_.stride_h, s_.stride_w}, left{s_.pad_top, s_.pad_left},
        right{s_.pad_bottom, s_.pad_right}, dilates{s_.dilation_h - 1, s_.dilation_w - 1};
    const auto refused = [&](const char* name) {
      return refuse_reference && std::string_view(name).starts_with("ref");
    };

    const convolution_forward::primitive_desc forward(
        {prop_kind::forward_training, way.algorithm, x, w, b, y, strides, dilates, left, right},
        attributes_, engine());
    if (key_.pass == Pass::kForward) {
      if (refused(forward.impl_info_str())) return nullptr;
      const int64_t block = block_for(s_.output(), forward.dst_desc());
      return std::make_shared<const Plan>(
          Plan{convolution_forward(forward),
               Operand(desc_in_blocks(s_.input(), key_.first_block), forward.src_desc()),
               Operand(plain_w, forward.weights_desc()),
               Operand(desc_in_blocks(s_.output(), block), forward.dst_desc(), true), DNNL_ARG_SRC,
               DNNL_ARG_WEIGHTS, DNNL_ARG_DST, DNNL_ARG_BIAS, block, packs(forward.weights_desc()),
               b, forward.scratchpad_desc()});
    }
    const memory::desc grad = desc_in_blocks(s_.output(), key_.first_block);
    if (key_.pass == Pass::kInputGrad) {
      const convolution_backward_data::primitive_desc backward(
          {way.algorithm, x, w, y, strides, dilates, left, right}, attributes_, engine(), forward);
      if (refused(backward.impl_info_str())) return nullptr;
      const int64_t block = block_for(s_.input(), backward.diff_src_desc());
      return std::make_shared<const Plan>(
          Plan{convolution_backward_data(backward), Operand(grad, backward.diff_dst_desc()),
               Operand(plain_w, backward.weights_desc()),
               Operand(desc_in_blocks(s_.input(), block), backward.diff_src_desc(), true),
               DNNL_ARG_DIFF_DST, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_SRC, DNNL_ARG_BIAS, block,
               packs(backward.weights_desc()), memory::desc(), backward.scratchpad_desc()});
    }
    const convolution_backward_weights::primitive_desc backward(
        {way.algorithm, x, w, b, y, strides, dilates, left, right}, attributes_, engine(), forward);
    if (refused(backward.impl_info_str())) return nullptr;
    return std::make_shared<const Plan>(
        Plan{convolution_backward_weights(backward), Operand(grad, backward.diff_dst_desc()),
             Operand(desc_in_blocks(s_.input(), key_.second_block), backward.src_desc()),
             Operand(plain_w, backward.diff_weights_desc(), true), DNNL_ARG_DIFF_DST, DNNL_ARG_SRC,
             DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_BIAS, 0, false, b, backward.scratchpad_desc()});
  }

  const Key& key_;
  const Conv2dShape& s_;
  dnnl::primitive_attr attributes_;
};

std::shared_ptr<const Plan> plan_of(const Key& key) {
  static PlanCache<Key, Plan> plans;
  return plans.get(key, [&] { return Builder(key).build(); });
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
memory brought(const Operand& operand, void* data, const Scratch& scratch) {
  memory given(operand.given, engine(), data);
  if (!operand.reorder) return given;
  memory wanted(operand.wanted, engine(), scratch.get());
  // oneDNN asks for every thread even for the 800 weights of a first layer.
  constexpr size_t kThreadBytes = 131'072;
  const LibraryThreads threads(operand.wanted.get_size() < kThreadBytes ? 1 : available_threads());
  operand.reorder->execute(stream(), given, wanted);
  return wanted;
}

memory packed(const Conv2dShape& shape, const Operand& weight, const void* data,
              const Scratch& scratch) {
  pack_weight(static_cast<const float*>(data), shape.out_channels, shape.in_channels,
              shape.kernel_h * shape.kernel_w, static_cast<float*>(scratch.get()));
  return memory(weight.wanted, engine(), scratch.get());
}

size_t bytes_for(const Operand& operand) { return operand.reorder ? operand.wanted.get_size() : 0; }

// An input as it lies: images in blocks, or dense.
struct Given {
  Given(const TensorBase& tensor, bool is_weight)
      : block(is_weight ? 0 : block_of(tensor)), array(block ? tensor : dense(tensor)) {}
  void* data() const { return elements(array, block); }

  int64_t block;
  TensorBase array;
};

// Of shape sizes, in the order that the primitive writes, unless into is given, which is dense.
TensorBase run(Pass pass, const Conv2dShape& shape, const TensorBase& first_input,
               const TensorBase& second_input, const TensorBase& bias, const DimVector& sizes,
               const TensorBase& into = {}) {
  constexpr int64_t kThreadWork = 200'000;
  // Only the weight's gradient sums over images and places, which threads share.
  const int threads_there =
      pass == Pass::kWeightGrad ? threads_for_library_sums() : available_threads();
  const int count = shape.work() < kThreadWork ? 1 : threads_there;
  const LibraryThreads threads(count);
  const Given first(first_input, false), second(second_input, pass != Pass::kWeightGrad);
  const std::shared_ptr<const Plan> plan =
      plan_of({shape, pass, bias.defined(), first.block, second.block, count});
  const TensorBase result =
      into.defined() ? into : make_array(sizes, first_input.dtype(), plan->result_block);
  const Scratch first_scratch(bytes_for(plan->first)), second_scratch(bytes_for(plan->second)),
      result_scratch(bytes_for(plan->result)), scratchpad(plan->scratchpad.get_size());
  memory given(plan->result.given, engine(), elements(result, plan->result_block));
  memory wanted =
      plan->result.reorder ? memory(plan->result.wanted, engine(), result_scratch.get()) : given;
  const memory left = brought(plan->first, first.data(), first_scratch);
  const memory right = plan->packs_weight
                           ? packed(shape, plan->second, second.data(), second_scratch)
                           : brought(plan->second, second.data(), second_scratch);
  const memory offset =
      bias.defined() ? memory(plan->bias, engine(), bias.impl().data()) : memory();
  const memory pad(plan->scratchpad, engine(), scratchpad.get());
  // The C call: primitive::execute takes a map, which costs more than a small layer's reorder.
  const dnnl_exec_arg_t arguments[] = {{plan->first_argument, left.get()},
                                       {plan->second_argument, right.get()},
                                       {plan->result_argument, wanted.get()},
                                       {DNNL_ARG_SCRATCHPAD, pad.get()},
                                       {plan->bias_argument, offset.get(true)}};
  dnnl::error::wrap_c_api(dnnl_primitive_execute(plan->primitive.get(), stream().get(),
                                                 bias.defined() ? 5 : 4, arguments),
                          "conv2d: oneDNN could not run the primitive");
  if (plan->result.reorder) plan->result.reorder->execute(stream(), wanted, given);
  stream().wait();
  return result;
}

}  // namespace

TensorBase conv2d(const TensorBase& input, const TensorBase& weight, const TensorBase& bias,
                  const Conv2dShape& shape) {
  return run(Pass::kForward, shape, input, weight, bias.defined() ? dense(bias) : bias,
             shape.output());
}

TensorBase conv2d_input_grad(const TensorBase& grad, const TensorBase& weight,
                             const Conv2dShape& shape) {
  return run(Pass::kInputGrad, shape, grad, weight, {}, shape.input());
}

void conv2d_weight_grad(const TensorBase& grad, const TensorBase& input, const Conv2dShape& shape,
                        const TensorBase& weight_grad, const TensorBase& bias_grad) {
  run(Pass::kWeightGrad, shape, grad, input, bias_grad, shape.weight(), weight_grad);
}

}  // namespace gradtape::kernels::onednn
