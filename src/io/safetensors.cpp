#include "gradtape/io/safetensors.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <set>
#include <unordered_set>

#include <nlohmann/json.hpp>

#include "io/file.h"

#include "gradtape/core/error.h"
#include "gradtape/ops/factory.h"

// The file: the header's size N (uint64, little-endian), N bytes of JSON, the tensors' data.
//   {"__metadata__": {"key": "text"}, "name": {"dtype": "F32", "shape": [2, 3],
//    "data_offsets": [begin, end]}}, offsets counted from the start of the data.

namespace gradtape::io {
namespace {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

constexpr uint64_t kLargestHeader = 100'000'000;
constexpr const char* kMetadataKey = "__metadata__";

struct DtypeName {
  const char* name;
  ScalarType dtype;
};
constexpr DtypeName kDtypes[] = {{"BOOL", kBool},   {"U8", kUInt8},   {"I8", kInt8},
                                 {"I16", kInt16},   {"I32", kInt32},  {"I64", kInt64},
                                 {"F32", kFloat32}, {"F64", kFloat64}};

const char* name_of(ScalarType dtype) {
  return std::find_if(std::begin(kDtypes), std::end(kDtypes),
                      [&](const DtypeName& entry) { return entry.dtype == dtype; })
      ->name;
}

// What the header says of one tensor.
struct Entry {
  std::string name;
  ScalarType dtype;
  DimVector shape;
  uint64_t begin, end;
};

// -- reading

// Looks over the header before anything is built of it: the parser keeps the last of equal keys,
// and what takes a value apart calls itself for each level of it.
class Watcher : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Watcher(const std::string& path) : path_(path) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_array(size_t) override { return open(); }
  bool end_array() override { return close(); }
  bool start_object(size_t) override { return open(); }
  bool end_object() override { return close(); }
  bool key(string_t& name) override {
    GRADTAPE_CHECK(keys_.back().insert(name).second,
                   "load_safetensors: each name may come once; got \"", name, "\" twice in ",
                   path_);
    return true;
  }
  // Said by the parser proper.
  bool parse_error(size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;
  }

 private:
  static constexpr size_t kDeepest = 16;  // the format needs 3

  bool open() {
    GRADTAPE_CHECK(keys_.size() < kDeepest, "load_safetensors: the header of ", path_,
                   " must be nested at most ", kDeepest, " deep");
    keys_.emplace_back();
    return true;
  }
  bool close() {
    keys_.pop_back();
    return true;
  }

  const std::string& path_;
  std::vector<std::unordered_set<std::string>> keys_;  // of what is open
};

nlohmann::json parse(const std::string& header, const std::string& path) {
  Watcher watcher(path);
  nlohmann::json::sax_parse(header, &watcher);
  try {
    return nlohmann::json::parse(header);
  } catch (const nlohmann::json::exception& error) {
    detail::fail("load_safetensors: the header of ", path, " (", header.size(),
                 " bytes) must be JSON: ", error.what());
  }
}

// A value in a message.
std::string shown(const nlohmann::json& json) {
  constexpr size_t kLongest = 200;
  const std::string text = json.dump();
  return text.size() <= kLongest ? text : text.substr(0, kLongest) + "...";
}

uint64_t unsigned_number(const nlohmann::json& json, const std::string& where, const char* key) {
  GRADTAPE_CHECK(json.is_number_unsigned(), "load_safetensors: ", where, ": ", key,
                 " must hold integers that are not negative; got ", shown(json));
  return json.get<uint64_t>();
}

Entry parse_entry(const std::string& name, const nlohmann::json& json, const std::string& path) {
  const std::string where = str("tensor \"", name, "\" of ", path);
  GRADTAPE_CHECK(json.is_object() && json.contains("dtype") && json.contains("shape") &&
                     json.contains("data_offsets"),
                 "load_safetensors: ", where, " must have dtype, shape and data_offsets; got ",
                 shown(json));
  const nlohmann::json& dtype = json["dtype"];
  const auto known = std::find_if(std::begin(kDtypes), std::end(kDtypes),
                                  [&](const DtypeName& entry) { return dtype == entry.name; });
  GRADTAPE_CHECK(known != std::end(kDtypes), "load_safetensors: ", where,
                 ": the dtype must be BOOL, U8, I8, I16, I32, I64, F32 or F64; got ", shown(dtype));

  Entry entry{name, known->dtype, {}, 0, 0};
  GRADTAPE_CHECK(json["shape"].is_array(), "load_safetensors: ", where,
                 ": shape must be a list; got ", shown(json["shape"]));
  uint64_t bytes = element_size(entry.dtype);
  bool fits = true;
  bool empty = false;
  for (const nlohmann::json& value : json["shape"]) {
    const uint64_t size = unsigned_number(value, where, "shape");
    empty = empty || size == 0;
    // A size of 0 must not hide the product of the others, which strides are made of.
    fits = fits && !__builtin_mul_overflow(bytes, std::max<uint64_t>(size, 1), &bytes) &&
           bytes <= uint64_t{std::numeric_limits<int64_t>::max()};
    entry.shape.push_back(static_cast<int64_t>(size));
  }
  GRADTAPE_CHECK(fits, "load_safetensors: ", where,
                 ": the product of the sizes must fit in 63 bits; got ", shown(json["shape"]));
  if (empty) bytes = 0;

  const nlohmann::json& offsets = json["data_offsets"];
  GRADTAPE_CHECK(offsets.is_array() && offsets.size() == 2, "load_safetensors: ", where,
                 ": data_offsets must be [begin, end]; got ", shown(offsets));
  entry.begin = unsigned_number(offsets[0], where, "data_offsets");
  entry.end = unsigned_number(offsets[1], where, "data_offsets");
  GRADTAPE_CHECK(entry.begin <= entry.end && entry.end - entry.begin == bytes,
                 "load_safetensors: ", where, ": data_offsets must span the ", bytes, " bytes of ",
                 known->name, " ", entry.shape, "; got ", shown(offsets));
  return entry;
}

Metadata parse_metadata(const nlohmann::json& json, const std::string& path) {
  GRADTAPE_CHECK(json.is_object(), "load_safetensors: ", kMetadataKey, " of ", path,
                 " must map strings to strings; got ", shown(json));
  Metadata metadata;
  for (const auto& [key, value] : json.items()) {
    GRADTAPE_CHECK(value.is_string(), "load_safetensors: ", kMetadataKey, " of ", path,
                   " must map strings to strings; got \"", key, "\": ", shown(value));
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

// The data must lie without gap or overlap from the header to the end of the file.
void check_layout(std::vector<Entry>& entries, uint64_t data_bytes, const std::string& path) {
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  uint64_t end = 0;
  for (const Entry& entry : entries) {
    GRADTAPE_CHECK(entry.begin == end, "load_safetensors: tensor \"", entry.name, "\" of ", path,
                   " must begin where the one before ends (", end, "); got data_offsets [",
                   entry.begin, ", ", entry.end, "]");
    end = entry.end;
  }
  GRADTAPE_CHECK(end == data_bytes, "load_safetensors: the data of ", path,
                 " must end with its last tensor (", end, " bytes); got ", data_bytes, " bytes");
}

void check_bools(const Tensor& tensor, const Entry& entry, const std::string& path) {
  if (entry.dtype != kBool) return;
  const auto* bytes = static_cast<const uint8_t*>(tensor.data_ptr());
  for (int64_t i = 0; i < tensor.numel(); ++i)
    GRADTAPE_CHECK(bytes[i] <= 1, "load_safetensors: tensor \"", entry.name, "\" of ", path,
                   ": a BOOL must be 0 or 1; got ", +bytes[i], " as element ", i);
}

}  // namespace

NamedTensors load_safetensors(const std::string& path, Metadata* metadata) {
  InputFile file(path, "load_safetensors");
  GRADTAPE_CHECK(file.size() >= 8,
                 "load_safetensors: a file begins with the 8 bytes of its header's size; got ",
                 path, " with ", file.size(), " bytes");
  uint64_t header_bytes = 0;
  file.read(&header_bytes, 8);
  GRADTAPE_CHECK(header_bytes <= kLargestHeader, "load_safetensors: a header may have up to ",
                 kLargestHeader, " bytes; got ", path, " with ", header_bytes);
  GRADTAPE_CHECK(header_bytes <= file.size() - 8, "load_safetensors: the header of ", path, " (",
                 header_bytes, " bytes) must end within the file; got ", file.size(), " bytes");
  std::string header(header_bytes, '\0');
  file.read(header.data(), header_bytes);
  GRADTAPE_CHECK(header.starts_with('{'), "load_safetensors: the header of ", path, " (",
                 header_bytes, " bytes) must begin with {");

  const nlohmann::json json = parse(header, path);
  std::vector<Entry> entries;
  Metadata text;
  for (const auto& [name, value] : json.items()) {
    if (name == kMetadataKey) {
      text = parse_metadata(value, path);
    } else {
      entries.push_back(parse_entry(name, value, path));
    }
  }
  check_layout(entries, file.size() - 8 - header_bytes, path);

  NamedTensors tensors;
  for (const Entry& entry : entries) {
    Tensor tensor = empty(entry.shape, entry.dtype);
    file.read(tensor.data_ptr(), entry.end - entry.begin);
    check_bools(tensor, entry, path);
    tensors.emplace_back(entry.name, std::move(tensor));
  }
  if (metadata) *metadata = std::move(text);
  return tensors;
}

// -- writing

namespace {

std::string quoted(const std::string& text, const char* what) {
  try {
    return nlohmann::json(text).dump();
  } catch (const nlohmann::json::exception&) {
    detail::fail("save_safetensors: ", what, " must be UTF-8; got \"", text, "\"");
  }
}

std::string make_header(const NamedTensors& sorted, const Metadata& metadata) {
  std::string header = "{";
  if (!metadata.empty()) {
    header += str(quoted(kMetadataKey, "a key"), ":{");
    for (const auto& [key, value] : metadata)
      header += str(quoted(key, "a key of the metadata"), ":", quoted(value, "the metadata"), ",");
    header.back() = '}';
    header += ',';
  }
  uint64_t offset = 0;
  for (const auto& [name, tensor] : sorted) {
    header +=
        str(quoted(name, "a name"), ":{\"dtype\":\"", name_of(tensor.dtype()), "\",\"shape\":[");
    for (int64_t i = 0; i < tensor.dim(); ++i) header += str(i ? "," : "", tensor.size(i));
    header += str("],\"data_offsets\":[", offset, ",", offset + tensor.nbytes(), "]},");
    offset += tensor.nbytes();
  }
  if (header.back() == ',') header.pop_back();
  header += '}';
  // So that the data begins at a multiple of 8.
  header.resize((header.size() + 7) / 8 * 8, ' ');
  return header;
}

}  // namespace

void save_safetensors(const std::string& path, const NamedTensors& tensors,
                      const Metadata& metadata) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : tensors) {
    GRADTAPE_CHECK(tensor.defined(), "save_safetensors: every tensor must be defined; got \"", name,
                   "\" undefined");
    GRADTAPE_CHECK(name != kMetadataKey, "save_safetensors: no tensor may be named ", kMetadataKey,
                   "; got tensor ", tensor.sizes());
    GRADTAPE_CHECK(names.insert(name).second, "save_safetensors: each name may come once; got \"",
                   name, "\" twice");
  }
  NamedTensors sorted = tensors;
  std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    const size_t width_a = a.second.itemsize(), width_b = b.second.itemsize();
    return width_a != width_b ? width_a > width_b : a.first < b.first;
  });
  const std::string header = make_header(sorted, metadata);
  GRADTAPE_CHECK(header.size() <= kLargestHeader, "save_safetensors: a header may have up to ",
                 kLargestHeader, " bytes; got ", header.size(), " for ", tensors.size(),
                 " tensors");

  OutputFile file(path, "save_safetensors");
  const uint64_t header_bytes = header.size();
  file.write(&header_bytes, 8);
  file.write(header.data(), header.size());
  for (const auto& [name, tensor] : sorted) {
    const Tensor dense = tensor.detach().contiguous();
    file.write(dense.data_ptr(), dense.nbytes());
  }
  file.commit();
}

}  // namespace gradtape::io
