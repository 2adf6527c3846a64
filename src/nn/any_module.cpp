#include "gradtape/nn/any_module.h"

namespace gradtape::nn {

namespace detail {

void fail_argument_type(size_t index, const std::type_info& expected,
                        const std::type_info& received) {
  gradtape::detail::fail("Expected argument #", index, " to be of type ", type_name(expected),
                         ", but received value of type ", type_name(received));
}

void fail_argument_count(const std::type_info& module, size_t expected, size_t received) {
  const std::string name = type_name(module);
  gradtape::detail::fail(
      name, "'s forward() method expects ", expected, " argument(s), but received ", received, ".",
      received < expected ? " If " + name +
                                "'s forward() method has default arguments, please make sure the "
                                "forward() method is declared with a corresponding "
                                "`FORWARD_HAS_DEFAULT_ARGS` macro."
                          : "");
}

void fail_argument_count(const std::type_info& module, size_t least, size_t most, size_t received) {
  gradtape::detail::fail(type_name(module), "'s forward() method expects at least ", least,
                         " argument(s) and at most ", most, " argument(s), but received ", received,
                         ".");
}

}  // namespace detail

AnyModule AnyModule::clone(std::optional<Device> device) const {
  return is_empty() ? AnyModule() : holding(ptr()->clone(device));
}

AnyModule AnyModule::holding(std::shared_ptr<Module> other) const {
  AnyModule result;
  result.content_ = content_->holding(std::move(other));
  return result;
}

void AnyModule::check(const char* method) const {
  GRADTAPE_CHECK(!is_empty(), "Cannot call ", method, "() on an empty AnyModule");
}

void AnyModule::check_type(const std::type_info& asked) const {
  GRADTAPE_CHECK(asked == content_->type_info, "Attempted to cast module of type ",
                 detail::type_name(content_->type_info), " to type ", detail::type_name(asked));
}

}  // namespace gradtape::nn
