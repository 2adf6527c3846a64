#include <sstream>

#include "autograd/view_program.h"

namespace view_program {

using nlohmann::json;

namespace {

std::string join(const json& list) {
  std::string text;
  for (const json& item : list) text += (text.empty() ? "" : ", ") + item.dump();
  return text;
}

}  // namespace

std::string name(const json& variable) { return "v" + variable.dump(); }

std::string call_text(const json& ins) {
  const std::string op = ins["o"], self = name(ins["x"]);
  const std::string ints = ins.contains("a") ? join(ins["a"]) : "";
  const std::string other =
      ins.contains("y") ? name(ins["y"]) : (ins.contains("s") ? ins["s"].dump() : "");
  if (op == "set") {  // x[i] = y in C++; Python's would drop leading dimensions of 1 from y
    return self + "[" + ints + (ins.contains("y") ? "].copy_(" : "].fill_(") + other + ")";
  }
  if (op == "set_slice") {
    const json& a = ins["a"];
    return self + "[" + a[0].dump() + ":" + a[1].dump() + ":" + a[2].dump() + "] = " + other;
  }
  if (op == "slice") return "torch.ops.aten.slice(" + self + ", " + ints + ")";
  if (op == "as_strided") {
    return self + ".as_strided([" + ints + "], [" + join(ins["b"]) + "], " + ins["c"].dump() + ")";
  }
  if (op == "masked_fill_") {
    return self + ".masked_fill_(torch.tensor([" + join(ins["d"]) + "]).view(" + self +
           ".shape).gt(0), " + other + ")";
  }
  if (op == "view" || op == "reshape" || op == "permute" || op == "expand") {
    return self + "." + op + "([" + ints + "])";
  }
  return self + "." + op + "(" + ints + other + ")";
}

std::string program_text(const json& program, const std::vector<std::size_t>& made) {
  std::ostringstream text;
  text << "import torch; torch.set_default_dtype(torch.double)\n";
  std::size_t next = 0;
  for (const json& leaf : program["leaves"]) {
    text << "v" << next++ << " = torch.tensor([" << join(leaf["d"]) << "]).double().view("
         << join(leaf["z"]) << ")" << (leaf["g"] == 1 ? ".requires_grad_()" : "") << "\n";
  }
  std::size_t at = 0;
  for (const json& ins : program["code"]) {
    if (ins.value("n", 0) == 1) text << "with torch.no_grad(): ";
    const std::size_t results = at < made.size() ? made[at] : 0;
    const std::string op = ins["o"];
    const bool many = op == "split" || op == "chunk" || op == "unbind";
    for (std::size_t i = 0; i < results; ++i) text << "v" << next++ << (many ? ", " : " ");
    text << (results > 0 ? "= " : "") << call_text(ins) << "  # " << at++ << "\n";
  }
  text << "loss = 0\n";
  for (const json& term : program["end"]["t"]) {
    const std::string v = name(term[0]);
    text << "loss = loss + (" << v << (term[2] == 2 ? " * " + v : "") << " * (" << term[1].dump()
         << " + 0.25 * torch.arange(" << v << ".numel()).view(" << v << ".shape))).sum()\n";
  }
  const std::string mode = program["end"]["m"];
  if (mode == "double") {
    text << "first = torch.autograd.grad([loss], leaves, create_graph=True, allow_unused=True)\n"
            "sum((g * g).sum() for g in first if g is not None).backward()\n";
  } else {
    if (mode != "backward") {
      text << "loss.backward(" << (mode == "retain" ? "retain_graph=True" : "") << ")\n";
    }
    text << "loss.backward()\n";
  }
  return text.str();
}

}  // namespace view_program
