#!/usr/bin/env python3
"""Which overload a literal takes: an int, a bool, a double, a braced list or a string in every place
of every public function where it could stand.

The calls are made from gradtape's headers (the ops and Tensor's methods) and written to
literal_overloads.inc, which compiles against gradtape and against libtorch; a call that does not
compile is known as such by a requires-expression. What libtorch makes of each is recorded in
literal_overloads.txt; tests/gradtape_torch/test_literal_overloads.cpp compares. A call that libtorch
refuses, when it is compiled or when it runs, may mean anything here and is left out.

    tests/golden/literal_overloads.py             writes the calls
    tests/golden/literal_overloads.py --check     fails if the file is not what would be written

To record, with libtorch 1.13.1 (Debian's libtorch-dev), and then to write the calls again:

    tests/golden/literal_overloads.py --all
    g++ -std=c++20 -I/usr/include/torch/csrc/api/include literal_overloads.cpp -o recorder \\
        -ltorch -ltorch_cpu -lc10 && ./recorder > literal_overloads.txt
"""

import itertools
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
INCLUDE = HERE.parent.parent / "include" / "gradtape"
OUTPUT = HERE / "literal_overloads.inc"
RECORD = HERE / "literal_overloads.txt"

# The C++ text of each literal. Those of factories depend on a template parameter, as all of an
# expression must for a requires-expression to answer no instead of ending the compilation.
LITERALS = ["0", "1", "true", "0.5", "{1}", "{0, 1}", "{}", '"floor"']
DEPENDENT = {
    "0": "D::i0", "1": "D::i1", "true": "D::yes", "0.5": "D::half",
    "{1}": "{D::i1}", "{0, 1}": "{D::i0, D::i1}", "{}": "{}", '"floor"': "D::floor",
}
# What stands where nothing is varied.
NATURAL = [
    (r"TensorList", "{x, x}"),
    (r"optional<ScalarType>|TensorOptions|ScalarType", "torch::kDouble"),
    (r"IntArrayRef", "{1}"),
    (r"string_view|char\*", '"floor"'),
    (r"optional<Tensor>|Tensor", "x"),
    (r"\bdouble\b", "0.5"),
    (r"\bbool\b", "true"),
    (r"int64_t|\bint\b|Scalar", "1"),
]
# Their arguments are not numbers, or they do not return.
SKIPPED = {
    "from_blob", "tensor", "index", "index_put", "index_put_", "operator", "backward", "data_ptr",
    "accessor", "array", "item", "set_data", "register_hook", "remove_hook", "print", "lstm",
    "lstm_cell", "fail_undefined", "check_element_type", "impl", "defined", "reset", "is_same",
    "use_count", "storage", "grad_fn", "unsafeGetTensorImpl", "mutable_grad", "grad", "_base",
    "device", "layout", "options", "toString", "result_type", "can_cast", "retain_grad",
    "_version", "output_nr",
}
# Methods alone in libtorch.
NO_FUNCTION = {"expand", "repeat", "sum_to_size", "unfold", "view"}


def stripped(path):
    text = re.sub(r"//[^\n]*|/\*.*?\*/", " ", path.read_text(), flags=re.S)
    text = re.sub(r"^[ \t]*#[^\n]*", "", text, flags=re.M)
    # Detail namespaces and templates are no overloads that a program names.
    return text


def closing(text, start):
    depth = 0
    for i in range(start, len(text)):
        depth += text[i] in "([{"
        depth -= text[i] in ")]}"
        if depth == 0:
            return i
    raise ValueError("unbalanced")


def split_arguments(text):
    parts, depth, last = [], 0, 0
    for i, c in enumerate(text):
        depth += c in "([{<"
        depth -= c in ")]}>"
        if c == "," and depth == 0:
            parts.append(text[last:i])
            last = i + 1
    parts.append(text[last:])
    return [" ".join(p.split()) for p in parts if p.strip()]


RETURNS = r"(?:std::tuple<[^>]*>|std::vector<Tensor>|(?:const )?Tensor&?|bool|int64_t|IntArrayRef)"


def functions(text, indent):
    """(name, parameters) of the declarations at this indentation."""
    for m in re.finditer(rf"^{indent}(?:inline )?{RETURNS} (\w+)\(", text, flags=re.M):
        end = closing(text, m.end() - 1)
        yield m.group(1), split_arguments(text[m.end() : end])


def natural(parameter):
    kind = parameter.split("=")[0]
    if re.search(r"Generator|std::function", kind):
        return None
    if re.search(r"const Tensor& (index|indices|target)\b", kind):
        return "n"
    if re.search(r"const Tensor& (mask|condition)\b", kind):
        return "m"
    for pattern, text in NATURAL:
        if re.search(pattern, kind):
            return text
    return None


def varies(parameter):
    return not re.search(r"Tensor\b&?|TensorList", parameter.split("=")[0].rsplit(" ", 1)[0])


def argument_lists(parameters, literals):
    """Argument lists of every length, with one place varied, or two where there are two."""
    known = list(itertools.takewhile(lambda p: natural(p) is not None, parameters))
    required = sum("=" not in p for p in parameters)
    if required > len(known):
        return
    for length in range(max(required, 1), len(known) + 1):
        base = [natural(p) for p in known[:length]]
        places = [i for i in range(length) if varies(known[i])]
        if not places:
            continue
        yield base
        # A longer list varies what it adds; the shortest one all of its places.
        varied = places if length <= max(required, places[0] + 1) else [length - 1]
        for place in varied if len(places) <= 3 else []:
            for literal in literals[0 if place == places[0] else 1 :]:
                yield base[:place] + [literal] + base[place + 1 :]
        if len(places) == 2:
            for a, b in itertools.product(["1", "true", "{1}"], ["1", "true"]):
                yield [a if i == places[0] else b if i == places[1] else t for i, t in enumerate(base)]


# What no declaration shows.
EXTRA = [
    *(f"x[{i}]" for i in ["0", "1", "true", "0.5", "-1", "short(1)", "1L", "1LL", "1U", "size_t(1)",
                          "torch::tensor(1)", "torch::Scalar(1)"]),
    *(f"x.index({{{i}}})" for i in ["0", "1", "true", "false", "0, 1", "1, true", '"..."',
                                    '"...", 1', "torch::indexing::Slice(1)", "1L",
                                    "torch::indexing::Slice(0, 1), 1", "torch::indexing::None, 1"]),
    *(f"x.index_put_({{{i}}}, {v})" for i in ["1", "true", '"..."', "0, 1"]
      for v in ["1", "true", "0.5", "x[0]"]),
    *(f"x {op} {v}" for op in ["+", "-", "*", "/", "%", "==", "<", ">="]
      for v in ["1", "true", "0.5", "1.5f"]),
    *(f"n {op} {v}" for op in ["+", "*", "/", "%", "=="] for v in ["1", "true", "0.5", "1.5f"]),
    *(f"x.to({v})" for v in ['"cpu"', "torch::kDouble", "torch::kLong, true", "n", "n.dtype()",
                             "torch::kCPU", "torch::kCPU, torch::kInt", "n.options()", "1"]),
    *(f"x.var({v})" for v in ["int64_t(1)", "0, false", "1, true, true", "{0, 1}, 0", "{0, 1}, 2",
                              "c10::nullopt, true, true"]),
    *(f"x.fill_({v})" for v in ["1", "true", "0.5", "torch::tensor(2)"]),
]


def calls():
    found, free = {}, set()

    def add(expression):
        found.setdefault(expression)

    def add_all(make, parameters, literals):
        for arguments in argument_lists(parameters, literals):
            add(make(arguments))

    for header in sorted((INCLUDE / "ops").glob("*.h")):
        for name, parameters in functions(stripped(header), ""):
            if name in SKIPPED | NO_FUNCTION or name.endswith("_backward"):
                continue
            free.add(name)
            tensors = any(not varies(p) for p in parameters)
            literals = LITERALS if tensors else [DEPENDENT[t] for t in LITERALS]

            def make(arguments):
                text = ", ".join(arguments)
                if not tensors:
                    text = re.sub(r"(?<![\w.:])([01]|true|0\.5)(?![\w.])",
                                  lambda m: DEPENDENT[m.group(1)], text)
                return f"torch::{name}({text})"

            add_all(make, parameters, literals)
    text = stripped(INCLUDE / "ops" / "tensor.h")
    body = text[text.index("class Tensor : ") : text.index("using Variable")]
    # A method that is not overloaded is as its function.
    methods = [(n, p) for n, p in functions(body, "  ") if n not in SKIPPED]
    names = [n for n, _ in methods]
    for name, parameters in methods:
        if name not in free or names.count(name) > 1:
            add_all(lambda a: f"x.{name}({', '.join(a)})", parameters, LITERALS)
    for expression in EXTRA:
        add(expression)
    return [e for e in found if "D::" in e or re.search(r"\b[xnm]\b", e)]


def refused():
    """What libtorch does not compile or throws at."""
    if "--all" in sys.argv[1:] or not RECORD.exists():
        return set()
    pairs = (line.split("\t") for line in RECORD.read_text().splitlines())
    return {call for call, result in pairs if result in {"does not compile", "throws", "crashes"}}


def render():
    lines = ["// Written by literal_overloads.py, which says what it is."]
    left_out = refused()
    lines += [f"CALL({expression})" for expression in calls() if expression not in left_out]
    return "\n".join(lines) + "\n"


def main():
    text = render()
    if "--check" not in sys.argv[1:]:
        OUTPUT.write_text(text)
    elif not OUTPUT.exists() or OUTPUT.read_text() != text:
        sys.exit(f"{OUTPUT.name} is out of date: run tests/golden/literal_overloads.py")


if __name__ == "__main__":
    main()
