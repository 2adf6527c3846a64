#!/usr/bin/env python3
"""Writes include/gradtape_torch/torch/names.h: gradtape's public names, declared in namespace torch.

A using-directive (namespace torch { using namespace gradtape; }) would be shorter. But a directive is
transitive: in a program that says `using namespace torch;`, the plain `nn::Linear` would then find
torch::nn and gradtape::nn, and be ambiguous. So namespaces that hold other namespaces are mirrored name
by name; the others by a directive.

    scripts/torch_names.py           writes the file
    scripts/torch_names.py --check   fails if the file is not what would be written
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include"
OUTPUT = ROOT / "include" / "gradtape_torch" / "torch" / "names.h"
# Programs have no business in these.
SKIPPED_NAMESPACES = {"detail", "internal", "kernels"}
# Macros that declare the name they are given.
DECLARING_MACROS = {"GRADTAPE_MODULE", "GRADTAPE_MODULE_IMPL", "GRADTAPE_ENUM_DECLARE"}

TOKEN = re.compile(
    r"""R"(?P<d>[^()\s]*)\(.*?\)(?P=d)"   # raw string
      | "(?:\\.|[^"\\])*" | (?<![0-9a-fA-F])'(?:\\.|[^'\\])+'
      | [A-Za-z_]\w* | \.?\d(?:['.\w]|[eEpP][+-])* | :: | -> | \.\.\. | \S""",
    re.S | re.X,
)
OPEN, CLOSE = {"(": ")", "{": "}", "[": "]"}, {")", "}", "]"}
NOT_A_NAME = {"const", "constexpr", "noexcept", "override", "default", "delete", "requires"}


def tokens(text):
    text = re.sub(r"//[^\n]*|/\*.*?\*/", " ", text, flags=re.S)
    text = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", " ", text, flags=re.M)
    return [m.group(0) for m in TOKEN.finditer(text)]


def skip_group(toks, i):
    """The index after the bracket that closes the one at i."""
    depth = 0
    while i < len(toks):
        depth += toks[i] in OPEN
        depth -= toks[i] in CLOSE
        i += 1
        if depth == 0:
            break
    return i


def skip_angles(toks, i):
    """The index after the template brackets that open at i."""
    depth = 0
    while i < len(toks):
        if toks[i] in OPEN:
            i = skip_group(toks, i)
            continue
        depth += (toks[i] == "<") - (toks[i] == ">")
        i += 1
        if depth == 0:
            break
    return i


def is_name(token):
    return re.fullmatch(r"[A-Za-z_]\w*", token) is not None and token not in NOT_A_NAME


def opens_angles(head):
    """Whether a < after these tokens opens template brackets."""
    return is_name(head[-1]) and head[-1] != "operator" and not {"=", "("} & set(head)


def declaration(toks, i):
    """The (names, index after it) of the declaration at namespace scope that begins at i."""
    head = []  # the tokens outside all brackets, template brackets included
    body = None
    while i < len(toks):
        t = toks[i]
        if t == ";":
            i += 1
            break
        if t == "[" and toks[i + 1] == "[":
            i = skip_group(toks, i)
        elif t == "<" and head and opens_angles(head):
            i = skip_angles(toks, i)
            head.append("<>")
        elif t in OPEN:
            end = skip_group(toks, i)
            head.append(t)
            i = end
            if t == "{":
                body = len(head) - 1
                # A type's body is followed by a semicolon; a function's is the end.
                follows = toks[i] if i < len(toks) else ""
                if follows == ";":
                    i += 1
                break
        else:
            head.append(t)
            i += 1
    if body is not None:
        head = head[:body]
    while "template" in head:
        # template <> head; a requires clause after it is skipped with its parentheses.
        at = head.index("template")
        rest = head[at + 1 :]
        if not rest or rest[0] != "<>":
            return [], i  # an explicit instantiation
        rest = rest[1:]
        if rest and rest[0] == "requires":
            rest = rest[2:] if len(rest) > 1 and rest[1] == "(" else rest[1:]
        head = head[:at] + rest
    name = name_of(head)
    if name is None:
        return [], i
    # int first = 1, second = 2;
    more = [b for a, b, c in zip(head, head[1:], head[2:]) if a == "," and c == "="]
    return [name] + [m for m in more if is_name(m)], i


def name_of(head):
    if not head or head[0] in {"friend", "static_assert"} or "operator" in head:
        return None
    head = [t for t in head if t not in {"extern", "inline", "static", "constexpr", "thread_local"}]
    if not head:
        return None
    if head[0] == "using":
        if "namespace" in head[:2]:
            return None
        return head[1] if "=" in head else next((t for t in reversed(head) if is_name(t)), None)
    if head[0] in DECLARING_MACROS:
        return None  # their argument is taken from the text, see names()
    if head[0] in {"class", "struct", "union", "enum", "concept"} and "(" not in head:
        rest = [t for t in head[1:] if t not in {"class", "struct"}]
        # A specialisation, struct X<...>, declares no new name.
        return None if len(rest) > 1 and rest[1] == "<>" else rest[0]
    stop = next((k for k, t in enumerate(head) if t in {"(", "=", "["}), len(head))
    before = head[:stop]
    if len(before) > 1 and before[-1] == "<>":
        return None  # a specialisation of a function
    if len(before) < 2 or (len(before) > 2 and before[-2] == "::"):
        return None  # a macro call, or a member defined outside its class
    return before[-1] if is_name(before[-1]) else None


def names(toks, scope, found):
    """Collects {namespace: names} of the tokens of one header."""
    i = 0
    while i < len(toks):
        t = toks[i]
        if t == ";" or t == "}":
            i += 1
        elif t == "namespace" or (t == "inline" and toks[i + 1] == "namespace"):
            inline = t == "inline"
            i += 2 if inline else 1
            path = []
            while toks[i] not in {"{", "="}:
                if is_name(toks[i]) and toks[i] != "inline":
                    path.append(toks[i])
                i += 1
            if toks[i] == "=":  # an alias: none of the public headers' own
                while toks[i] != ";":
                    i += 1
                continue
            end = skip_group(toks, i)
            inner = scope if inline else scope + tuple(path)
            if path and not SKIPPED_NAMESPACES & set(path):
                found.setdefault(inner, set())
                names(toks[i + 1 : end - 1], inner, found)
            i = end
        elif t in DECLARING_MACROS:
            if is_name(toks[i + 2]):
                found[scope].add(toks[i + 2])
            i = skip_group(toks, i + 1)
        else:
            declared, after = declaration(toks, i)
            if scope:
                found[scope].update(declared)
            i = max(after, i + 1)


def render(found):
    parents = {space[:k] for space in found for k in range(1, len(space))} | {("gradtape",)}
    lines = [
        "#pragma once",
        "",
        "// Written by scripts/torch_names.py, which says why names are listed.",
        "// clang-format off",
        "",
        "#include <torch/namespaces.h>",
        "",
        '#include "gradtape/gradtape.h"',
        "",
    ]
    for space in sorted(found):
        if space[:1] != ("gradtape",):
            continue
        torch = "::".join(("torch",) + space[1:])
        ours = "::" + "::".join(space)
        body = (
            [f"using {ours}::{name};" for name in sorted(found[space])]
            if space in parents
            else [f"using namespace {ours};"]
        )
        if body:
            lines += [f"namespace {torch} {{", *body, f"}}  // namespace {torch}", ""]
    return "\n".join(lines[:-1]) + "\n"


def headers(path, seen):
    """The umbrella and what it includes, in the order of inclusion."""
    if path in seen or not (INCLUDE / path).exists():
        return
    seen[path] = text = (INCLUDE / path).read_text()
    for included in re.findall(r'^#include [<"](gradtape/[^>"]+)', text, flags=re.M):
        headers(included, seen)


def main():
    seen, found = {}, {}
    headers("gradtape/gradtape.h", seen)
    for text in seen.values():
        names(tokens(text), (), found)
    text = render(found)
    if "--check" not in sys.argv[1:]:
        OUTPUT.write_text(text)
    elif not OUTPUT.exists() or OUTPUT.read_text() != text:
        sys.exit(f"{OUTPUT.relative_to(ROOT)} is out of date: run scripts/torch_names.py")


if __name__ == "__main__":
    main()
