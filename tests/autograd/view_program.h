#pragma once

// A program of tests/golden/view_programs.json: how it is run, and how it reads in Python.

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "gradtape/gradtape.h"

namespace lib = gradtape;

namespace view_program {

using Variables = std::vector<lib::Tensor>;
using Ints = std::vector<std::int64_t>;

/// The float64 tensor of these values.
lib::Tensor constant(const std::vector<double>& values, const Ints& sizes);

Ints sizes_of(const lib::Tensor& tensor);

/// Runs one instruction and gives the variables it makes.
Variables execute(const nlohmann::json& instruction, Variables& variables);

/// The weighted sum that a program ends with.
lib::Tensor loss_of(const nlohmann::json& terms, const Variables& variables);

/// "v3".
std::string name(const nlohmann::json& variable);

/// One instruction in Python, without what it assigns to.
std::string call_text(const nlohmann::json& instruction);

/// The whole program in Python, to paste from a failure; `made` holds how many variables each
/// instruction made.
std::string program_text(const nlohmann::json& program, const std::vector<std::size_t>& made);

}  // namespace view_program
