#pragma once

// Written by scripts/torch_names.py, which says why names are listed.
// clang-format off

#include <torch/namespaces.h>

#include "gradtape/gradtape.h"

namespace torch {
using ::gradtape::ArrayRef;
using ::gradtape::AutoGradMode;
using ::gradtape::Device;
using ::gradtape::DeviceIndex;
using ::gradtape::DeviceType;
using ::gradtape::DimVector;
using ::gradtape::Dtype;
using ::gradtape::Error;
using ::gradtape::ExpandingArray;
using ::gradtape::ExpandingArrayWithOptionalElem;
using ::gradtape::Generator;
using ::gradtape::GradMode;
using ::gradtape::IValue;
using ::gradtape::IndexedTensor;
using ::gradtape::IntArrayRef;
using ::gradtape::IntrusivePtr;
using ::gradtape::Layout;
using ::gradtape::MemoryFormat;
using ::gradtape::Mt19937;
using ::gradtape::NoGradGuard;
using ::gradtape::OptionalArrayRef;
using ::gradtape::OptionalIntArrayRef;
using ::gradtape::OrderedDict;
using ::gradtape::Pooled;
using ::gradtape::RefCounted;
using ::gradtape::Scalar;
using ::gradtape::ScalarType;
using ::gradtape::SingleThreadGuard;
using ::gradtape::Storage;
using ::gradtape::Tensor;
using ::gradtape::TensorAccessor;
using ::gradtape::TensorBase;
using ::gradtape::TensorImpl;
using ::gradtape::TensorList;
using ::gradtape::TensorOptions;
using ::gradtape::TypeMeta;
using ::gradtape::TypeTag;
using ::gradtape::Variable;
using ::gradtape::abs;
using ::gradtape::acos;
using ::gradtape::adaptive_avg_pool1d;
using ::gradtape::adaptive_avg_pool2d;
using ::gradtape::add;
using ::gradtape::addcdiv;
using ::gradtape::addcmul;
using ::gradtape::addmm;
using ::gradtape::all;
using ::gradtape::allclose;
using ::gradtape::allocate;
using ::gradtape::amax;
using ::gradtape::amin;
using ::gradtape::any;
using ::gradtape::arange;
using ::gradtape::are_deterministic_algorithms_enabled;
using ::gradtape::argmax;
using ::gradtape::argmin;
using ::gradtape::argsort;
using ::gradtape::as_strided;
using ::gradtape::asin;
using ::gradtape::atan;
using ::gradtape::atan2;
using ::gradtape::avg_pool1d;
using ::gradtape::avg_pool2d;
using ::gradtape::baddbmm;
using ::gradtape::batch_norm;
using ::gradtape::bernoulli;
using ::gradtape::binary_cross_entropy;
using ::gradtape::binary_cross_entropy_with_logits;
using ::gradtape::bitwise_and;
using ::gradtape::bitwise_not;
using ::gradtape::bitwise_or;
using ::gradtape::bitwise_xor;
using ::gradtape::bmm;
using ::gradtape::broadcast_tensors;
using ::gradtape::bytes_of;
using ::gradtape::cached_bytes;
using ::gradtape::can_cast;
using ::gradtape::cat;
using ::gradtape::ceil;
using ::gradtape::chunk;
using ::gradtape::clamp;
using ::gradtape::clamp_max;
using ::gradtape::clamp_min;
using ::gradtape::clone;
using ::gradtape::concat;
using ::gradtape::contiguous_strides;
using ::gradtape::conv1d;
using ::gradtape::conv2d;
using ::gradtape::cos;
using ::gradtape::cosh;
using ::gradtape::cross_entropy_loss;
using ::gradtape::cumsum;
using ::gradtape::deallocate;
using ::gradtape::default_generator;
using ::gradtape::device;
using ::gradtape::diag;
using ::gradtape::diagonal;
using ::gradtape::digamma;
using ::gradtape::div;
using ::gradtape::dot;
using ::gradtape::dropout;
using ::gradtape::dropout_;
using ::gradtape::dtype;
using ::gradtape::dtype_of;
using ::gradtape::element_size;
using ::gradtape::elu;
using ::gradtape::elu_;
using ::gradtape::embedding;
using ::gradtape::empty;
using ::gradtape::empty_cache;
using ::gradtape::empty_like;
using ::gradtape::empty_strided;
using ::gradtape::eq;
using ::gradtape::equal;
using ::gradtape::erf;
using ::gradtape::erfc;
using ::gradtape::exp;
using ::gradtape::expand;
using ::gradtape::expm1;
using ::gradtape::eye;
using ::gradtape::feature_dropout;
using ::gradtape::feature_dropout_;
using ::gradtape::fill;
using ::gradtape::flatten;
using ::gradtape::flip;
using ::gradtape::floor;
using ::gradtape::floor_divide;
using ::gradtape::fmod;
using ::gradtape::frac;
using ::gradtape::from_blob;
using ::gradtape::full;
using ::gradtape::full_like;
using ::gradtape::gather;
using ::gradtape::ge;
using ::gradtape::gelu;
using ::gradtape::get_default_dtype;
using ::gradtape::get_num_threads;
using ::gradtape::gt;
using ::gradtape::hstack;
using ::gradtape::hypot;
using ::gradtape::index;
using ::gradtape::index_add;
using ::gradtape::index_put;
using ::gradtape::index_select;
using ::gradtape::is_floating_point;
using ::gradtape::is_integral;
using ::gradtape::isclose;
using ::gradtape::isfinite;
using ::gradtape::isinf;
using ::gradtape::isnan;
using ::gradtape::kArea;
using ::gradtape::kBatchMean;
using ::gradtape::kBicubic;
using ::gradtape::kBilinear;
using ::gradtape::kBool;
using ::gradtape::kBorder;
using ::gradtape::kByte;
using ::gradtape::kCPU;
using ::gradtape::kCUDA;
using ::gradtape::kChar;
using ::gradtape::kCircular;
using ::gradtape::kConstant;
using ::gradtape::kConv1D;
using ::gradtape::kConv2D;
using ::gradtape::kConv3D;
using ::gradtape::kConvTranspose1D;
using ::gradtape::kConvTranspose2D;
using ::gradtape::kConvTranspose3D;
using ::gradtape::kDefaultRngSeed;
using ::gradtape::kDouble;
using ::gradtape::kF32;
using ::gradtape::kF64;
using ::gradtape::kFanIn;
using ::gradtape::kFanOut;
using ::gradtape::kFloat;
using ::gradtape::kFloat32;
using ::gradtape::kFloat64;
using ::gradtape::kGELU;
using ::gradtape::kGRU;
using ::gradtape::kI16;
using ::gradtape::kI32;
using ::gradtape::kI64;
using ::gradtape::kI8;
using ::gradtape::kInt;
using ::gradtape::kInt16;
using ::gradtape::kInt32;
using ::gradtape::kInt64;
using ::gradtape::kInt8;
using ::gradtape::kLSTM;
using ::gradtape::kLeakyReLU;
using ::gradtape::kLinear;
using ::gradtape::kLong;
using ::gradtape::kMax;
using ::gradtape::kMean;
using ::gradtape::kMish;
using ::gradtape::kMostThreads;
using ::gradtape::kNearest;
using ::gradtape::kNearestExact;
using ::gradtape::kNone;
using ::gradtape::kRNN_RELU;
using ::gradtape::kRNN_TANH;
using ::gradtape::kReLU;
using ::gradtape::kReflect;
using ::gradtape::kReflection;
using ::gradtape::kReplicate;
using ::gradtape::kSame;
using ::gradtape::kShort;
using ::gradtape::kSiLU;
using ::gradtape::kSigmoid;
using ::gradtape::kStrided;
using ::gradtape::kSum;
using ::gradtape::kTanh;
using ::gradtape::kTrilinear;
using ::gradtape::kU8;
using ::gradtape::kUInt8;
using ::gradtape::kValid;
using ::gradtape::kZeros;
using ::gradtape::l1_loss;
using ::gradtape::layer_norm;
using ::gradtape::layout;
using ::gradtape::le;
using ::gradtape::leaky_relu;
using ::gradtape::leaky_relu_;
using ::gradtape::lerp;
using ::gradtape::lgamma;
using ::gradtape::linear;
using ::gradtape::linspace;
using ::gradtape::log;
using ::gradtape::log10;
using ::gradtape::log1p;
using ::gradtape::log2;
using ::gradtape::log_softmax;
using ::gradtape::logical_and;
using ::gradtape::logical_not;
using ::gradtape::logical_or;
using ::gradtape::logical_xor;
using ::gradtape::logspace;
using ::gradtape::logsumexp;
using ::gradtape::lstm;
using ::gradtape::lstm_cell;
using ::gradtape::lt;
using ::gradtape::make_generator;
using ::gradtape::manual_seed;
using ::gradtape::masked_fill;
using ::gradtape::masked_select;
using ::gradtape::matmul;
using ::gradtape::max;
using ::gradtape::max_pool1d;
using ::gradtape::max_pool1d_with_indices;
using ::gradtape::max_pool2d;
using ::gradtape::max_pool2d_with_indices;
using ::gradtape::maximum;
using ::gradtape::mean;
using ::gradtape::meshgrid;
using ::gradtape::min;
using ::gradtape::minimum;
using ::gradtape::mm;
using ::gradtape::movedim;
using ::gradtape::mse_loss;
using ::gradtape::mul;
using ::gradtape::mv;
using ::gradtape::narrow;
using ::gradtape::ne;
using ::gradtape::neg;
using ::gradtape::nll_loss;
using ::gradtape::nll_loss_nd;
using ::gradtape::nonzero;
using ::gradtape::norm;
using ::gradtape::normal;
using ::gradtape::one_hot;
using ::gradtape::ones;
using ::gradtape::ones_like;
using ::gradtape::outer;
using ::gradtape::permute;
using ::gradtape::polygamma;
using ::gradtape::pow;
using ::gradtape::prod;
using ::gradtape::promote_types;
using ::gradtape::rand;
using ::gradtape::rand_like;
using ::gradtape::randint;
using ::gradtape::randint_like;
using ::gradtape::randn;
using ::gradtape::randn_like;
using ::gradtape::randperm;
using ::gradtape::reciprocal;
using ::gradtape::relu;
using ::gradtape::remainder;
using ::gradtape::repeat;
using ::gradtape::requires_grad;
using ::gradtape::reshape;
using ::gradtape::result_type;
using ::gradtape::roll;
using ::gradtape::round;
using ::gradtape::rsqrt;
using ::gradtape::rsub;
using ::gradtape::scalarTypeToTypeMeta;
using ::gradtape::scalar_tensor;
using ::gradtape::scatter;
using ::gradtape::scatter_add;
using ::gradtape::select;
using ::gradtape::set_default_dtype;
using ::gradtape::set_num_threads;
using ::gradtape::sigmoid;
using ::gradtape::sigmoid_backward;
using ::gradtape::sign;
using ::gradtape::silu;
using ::gradtape::sin;
using ::gradtape::sinh;
using ::gradtape::slice;
using ::gradtape::softmax;
using ::gradtape::softplus;
using ::gradtape::sort;
using ::gradtape::split;
using ::gradtape::split_with_sizes;
using ::gradtape::sqrt;
using ::gradtape::square;
using ::gradtape::squeeze;
using ::gradtape::stack;
using ::gradtape::std;
using ::gradtape::std_mean;
using ::gradtape::str;
using ::gradtape::sub;
using ::gradtape::sum;
using ::gradtape::sum_to_size;
using ::gradtape::t;
using ::gradtape::take;
using ::gradtape::tan;
using ::gradtape::tanh;
using ::gradtape::tanh_backward;
using ::gradtape::tensor;
using ::gradtape::tensor_list;
using ::gradtape::threshold_backward;
using ::gradtape::tile;
using ::gradtape::to_string;
using ::gradtape::topk;
using ::gradtape::transpose;
using ::gradtape::tril;
using ::gradtape::triu;
using ::gradtape::trunc;
using ::gradtape::typeMetaToScalarType;
using ::gradtape::unbind;
using ::gradtape::unflatten;
using ::gradtape::unfold;
using ::gradtape::unsqueeze;
using ::gradtape::use_deterministic_algorithms;
using ::gradtape::var;
using ::gradtape::var_mean;
using ::gradtape::variable_list;
using ::gradtape::version;
using ::gradtape::view;
using ::gradtape::vstack;
using ::gradtape::where;
using ::gradtape::wrap_dim;
using ::gradtape::zeros;
using ::gradtape::zeros_like;
}  // namespace torch

namespace torch::Reduction {
using namespace ::gradtape::Reduction;
}  // namespace torch::Reduction

namespace torch::autograd {
using namespace ::gradtape::autograd;
}  // namespace torch::autograd

namespace torch::cuda {
using namespace ::gradtape::cuda;
}  // namespace torch::cuda

namespace torch::data {
using ::gradtape::data::BatchDataset;
using ::gradtape::data::DataLoaderBase;
using ::gradtape::data::DataLoaderOptions;
using ::gradtape::data::Dataset;
using ::gradtape::data::Example;
using ::gradtape::data::FullDataLoaderOptions;
using ::gradtape::data::Iterator;
using ::gradtape::data::StatefulDataLoader;
using ::gradtape::data::StatelessDataLoader;
using ::gradtape::data::TensorExample;
using ::gradtape::data::WorkerException;
using ::gradtape::data::make_data_loader;
}  // namespace torch::data

namespace torch::data::datasets {
using namespace ::gradtape::data::datasets;
}  // namespace torch::data::datasets

namespace torch::data::example {
using namespace ::gradtape::data::example;
}  // namespace torch::data::example

namespace torch::data::samplers {
using namespace ::gradtape::data::samplers;
}  // namespace torch::data::samplers

namespace torch::data::transforms {
using namespace ::gradtape::data::transforms;
}  // namespace torch::data::transforms

namespace torch::enumtype {
using namespace ::gradtape::enumtype;
}  // namespace torch::enumtype

namespace torch::indexing {
using namespace ::gradtape::indexing;
}  // namespace torch::indexing

namespace torch::io {
using namespace ::gradtape::io;
}  // namespace torch::io

namespace torch::nn {
using ::gradtape::nn::AdaptiveAvgPool2d;
using ::gradtape::nn::AdaptiveAvgPool2dImpl;
using ::gradtape::nn::AdaptiveAvgPool2dOptions;
using ::gradtape::nn::AdaptiveAvgPoolOptions;
using ::gradtape::nn::AnyModule;
using ::gradtape::nn::AnyModuleHolder;
using ::gradtape::nn::AnyModulePlaceholder;
using ::gradtape::nn::AnyValue;
using ::gradtape::nn::AvgPool2d;
using ::gradtape::nn::AvgPool2dImpl;
using ::gradtape::nn::AvgPool2dOptions;
using ::gradtape::nn::AvgPoolOptions;
using ::gradtape::nn::BatchNorm1d;
using ::gradtape::nn::BatchNorm1dImpl;
using ::gradtape::nn::BatchNorm1dOptions;
using ::gradtape::nn::BatchNorm2d;
using ::gradtape::nn::BatchNorm2dImpl;
using ::gradtape::nn::BatchNorm2dOptions;
using ::gradtape::nn::BatchNormImplBase;
using ::gradtape::nn::BatchNormOptions;
using ::gradtape::nn::Cloneable;
using ::gradtape::nn::Conv1d;
using ::gradtape::nn::Conv1dImpl;
using ::gradtape::nn::Conv1dOptions;
using ::gradtape::nn::Conv2d;
using ::gradtape::nn::Conv2dImpl;
using ::gradtape::nn::Conv2dOptions;
using ::gradtape::nn::ConvNdImpl;
using ::gradtape::nn::ConvOptions;
using ::gradtape::nn::CrossEntropyLoss;
using ::gradtape::nn::CrossEntropyLossImpl;
using ::gradtape::nn::CrossEntropyLossOptions;
using ::gradtape::nn::Dropout;
using ::gradtape::nn::Dropout2d;
using ::gradtape::nn::Dropout2dImpl;
using ::gradtape::nn::Dropout2dOptions;
using ::gradtape::nn::DropoutImpl;
using ::gradtape::nn::DropoutOptions;
using ::gradtape::nn::ELU;
using ::gradtape::nn::ELUImpl;
using ::gradtape::nn::ELUOptions;
using ::gradtape::nn::Embedding;
using ::gradtape::nn::EmbeddingFromPretrainedOptions;
using ::gradtape::nn::EmbeddingImpl;
using ::gradtape::nn::EmbeddingOptions;
using ::gradtape::nn::Flatten;
using ::gradtape::nn::FlattenImpl;
using ::gradtape::nn::FlattenOptions;
using ::gradtape::nn::Functional;
using ::gradtape::nn::FunctionalImpl;
using ::gradtape::nn::GELU;
using ::gradtape::nn::GELUImpl;
using ::gradtape::nn::GELUOptions;
using ::gradtape::nn::Identity;
using ::gradtape::nn::IdentityImpl;
using ::gradtape::nn::IncompatibleKeys;
using ::gradtape::nn::L1Loss;
using ::gradtape::nn::L1LossImpl;
using ::gradtape::nn::L1LossOptions;
using ::gradtape::nn::LSTM;
using ::gradtape::nn::LSTMCell;
using ::gradtape::nn::LSTMCellImpl;
using ::gradtape::nn::LSTMCellOptions;
using ::gradtape::nn::LSTMImpl;
using ::gradtape::nn::LSTMOptions;
using ::gradtape::nn::LayerNorm;
using ::gradtape::nn::LayerNormImpl;
using ::gradtape::nn::LayerNormOptions;
using ::gradtape::nn::LeakyReLU;
using ::gradtape::nn::LeakyReLUImpl;
using ::gradtape::nn::LeakyReLUOptions;
using ::gradtape::nn::Linear;
using ::gradtape::nn::LinearImpl;
using ::gradtape::nn::LinearOptions;
using ::gradtape::nn::LogSoftmax;
using ::gradtape::nn::LogSoftmaxImpl;
using ::gradtape::nn::LogSoftmaxOptions;
using ::gradtape::nn::MSELoss;
using ::gradtape::nn::MSELossImpl;
using ::gradtape::nn::MSELossOptions;
using ::gradtape::nn::MaxPool1d;
using ::gradtape::nn::MaxPool1dImpl;
using ::gradtape::nn::MaxPool1dOptions;
using ::gradtape::nn::MaxPool2d;
using ::gradtape::nn::MaxPool2dImpl;
using ::gradtape::nn::MaxPool2dOptions;
using ::gradtape::nn::MaxPoolImpl;
using ::gradtape::nn::MaxPoolOptions;
using ::gradtape::nn::Module;
using ::gradtape::nn::ModuleDict;
using ::gradtape::nn::ModuleDictImpl;
using ::gradtape::nn::ModuleHolder;
using ::gradtape::nn::ModuleList;
using ::gradtape::nn::ModuleListImpl;
using ::gradtape::nn::NLLLoss;
using ::gradtape::nn::NLLLossImpl;
using ::gradtape::nn::NLLLossOptions;
using ::gradtape::nn::NamedAnyModule;
using ::gradtape::nn::ParameterDict;
using ::gradtape::nn::ParameterDictImpl;
using ::gradtape::nn::ParameterList;
using ::gradtape::nn::ParameterListImpl;
using ::gradtape::nn::ReLU;
using ::gradtape::nn::ReLUImpl;
using ::gradtape::nn::ReLUOptions;
using ::gradtape::nn::Sequential;
using ::gradtape::nn::SequentialImpl;
using ::gradtape::nn::SiLU;
using ::gradtape::nn::SiLUImpl;
using ::gradtape::nn::Sigmoid;
using ::gradtape::nn::SigmoidImpl;
using ::gradtape::nn::Softmax;
using ::gradtape::nn::SoftmaxImpl;
using ::gradtape::nn::SoftmaxOptions;
using ::gradtape::nn::Softplus;
using ::gradtape::nn::SoftplusImpl;
using ::gradtape::nn::SoftplusOptions;
using ::gradtape::nn::Tanh;
using ::gradtape::nn::TanhImpl;
using ::gradtape::nn::Unflatten;
using ::gradtape::nn::UnflattenImpl;
using ::gradtape::nn::UnflattenOptions;
}  // namespace torch::nn

namespace torch::nn::functional {
using namespace ::gradtape::nn::functional;
}  // namespace torch::nn::functional

namespace torch::nn::init {
using namespace ::gradtape::nn::init;
}  // namespace torch::nn::init

namespace torch::nn::utils {
using namespace ::gradtape::nn::utils;
}  // namespace torch::nn::utils

namespace torch::optim {
using ::gradtape::optim::ASGD;
using ::gradtape::optim::ASGDOptions;
using ::gradtape::optim::ASGDParamState;
using ::gradtape::optim::Adadelta;
using ::gradtape::optim::AdadeltaOptions;
using ::gradtape::optim::AdadeltaParamState;
using ::gradtape::optim::Adafactor;
using ::gradtape::optim::AdafactorOptions;
using ::gradtape::optim::AdafactorParamState;
using ::gradtape::optim::Adagrad;
using ::gradtape::optim::AdagradOptions;
using ::gradtape::optim::AdagradParamState;
using ::gradtape::optim::Adam;
using ::gradtape::optim::AdamOptions;
using ::gradtape::optim::AdamParamState;
using ::gradtape::optim::AdamW;
using ::gradtape::optim::AdamWOptions;
using ::gradtape::optim::AdamWParamState;
using ::gradtape::optim::AdamWScheduleFree;
using ::gradtape::optim::AdamWScheduleFreeOptions;
using ::gradtape::optim::AdamWScheduleFreeParamState;
using ::gradtape::optim::Adamax;
using ::gradtape::optim::AdamaxOptions;
using ::gradtape::optim::AdamaxParamState;
using ::gradtape::optim::AnnealStrategy;
using ::gradtape::optim::ChainedScheduler;
using ::gradtape::optim::ConstantLR;
using ::gradtape::optim::CosineAnnealingLR;
using ::gradtape::optim::CosineAnnealingWarmRestarts;
using ::gradtape::optim::CyclicLR;
using ::gradtape::optim::CyclicLROptions;
using ::gradtape::optim::CyclicMode;
using ::gradtape::optim::CyclicScaleMode;
using ::gradtape::optim::ExponentialLR;
using ::gradtape::optim::FieldVisitor;
using ::gradtape::optim::FormulaOptimizer;
using ::gradtape::optim::LBFGS;
using ::gradtape::optim::LBFGSOptions;
using ::gradtape::optim::LBFGSParamState;
using ::gradtape::optim::LRLambda;
using ::gradtape::optim::LRScheduler;
using ::gradtape::optim::LambdaLR;
using ::gradtape::optim::LinearLR;
using ::gradtape::optim::Lion;
using ::gradtape::optim::LionOptions;
using ::gradtape::optim::LionParamState;
using ::gradtape::optim::Lookahead;
using ::gradtape::optim::LookaheadOptions;
using ::gradtape::optim::MultiStepLR;
using ::gradtape::optim::MultiplicativeLR;
using ::gradtape::optim::Muon;
using ::gradtape::optim::MuonOptions;
using ::gradtape::optim::MuonParamState;
using ::gradtape::optim::NAdam;
using ::gradtape::optim::NAdamOptions;
using ::gradtape::optim::NAdamParamState;
using ::gradtape::optim::OneCycleLR;
using ::gradtape::optim::OneCycleLROptions;
using ::gradtape::optim::Optimizer;
using ::gradtape::optim::OptimizerCloneableOptions;
using ::gradtape::optim::OptimizerCloneableParamState;
using ::gradtape::optim::OptimizerOptions;
using ::gradtape::optim::OptimizerParamGroup;
using ::gradtape::optim::OptimizerParamState;
using ::gradtape::optim::ParameterKey;
using ::gradtape::optim::ParameterKeyHash;
using ::gradtape::optim::PerGroup;
using ::gradtape::optim::PlateauMode;
using ::gradtape::optim::PolynomialLR;
using ::gradtape::optim::RAdam;
using ::gradtape::optim::RAdamOptions;
using ::gradtape::optim::RAdamParamState;
using ::gradtape::optim::RMSprop;
using ::gradtape::optim::RMSpropOptions;
using ::gradtape::optim::RMSpropParamState;
using ::gradtape::optim::ReduceLROnPlateau;
using ::gradtape::optim::ReduceLROnPlateauOptions;
using ::gradtape::optim::Rprop;
using ::gradtape::optim::RpropOptions;
using ::gradtape::optim::RpropParamState;
using ::gradtape::optim::SAM;
using ::gradtape::optim::SAMOptions;
using ::gradtape::optim::SGD;
using ::gradtape::optim::SGDOptions;
using ::gradtape::optim::SGDParamState;
using ::gradtape::optim::SGDScheduleFree;
using ::gradtape::optim::SGDScheduleFreeOptions;
using ::gradtape::optim::SGDScheduleFreeParamState;
using ::gradtape::optim::ScheduleFree;
using ::gradtape::optim::SchedulerState;
using ::gradtape::optim::SequentialLR;
using ::gradtape::optim::StateMap;
using ::gradtape::optim::StepLR;
using ::gradtape::optim::ThresholdMode;
using ::gradtape::optim::newton_schulz;
}  // namespace torch::optim

namespace torch::optim::problems {
using namespace ::gradtape::optim::problems;
}  // namespace torch::optim::problems

namespace torch::optim::swa_utils {
using namespace ::gradtape::optim::swa_utils;
}  // namespace torch::optim::swa_utils

namespace torch::optim::textbook {
using namespace ::gradtape::optim::textbook;
}  // namespace torch::optim::textbook

namespace torch::tune {
using namespace ::gradtape::tune;
}  // namespace torch::tune
