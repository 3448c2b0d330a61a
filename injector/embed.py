#!/usr/bin/env python3
"""Turns a text file into a C++ source that defines one function returning its text.

Usage: embed.py INPUT OUTPUT FUNCTION. The text is written as string literals of one line each, so that a compiler's limit on the
length of a literal is never met and the output can be read.
"""
import sys

source, target, function = sys.argv[1:]
with open(source, "rb") as file:
    lines = file.read().splitlines(keepends=True)


def literal(line: bytes) -> str:
    escaped = "".join(
        chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}" for byte in line
    )
    return f'    "{escaped}"'


with open(target, "w", encoding="ascii") as file:
    file.write("#include <string_view>\n\nnamespace bewit {\n\n")
    file.write(f"std::string_view {function}() {{\n    static constexpr char text[] =\n")
    file.write("\n".join(literal(line) for line in lines))
    file.write(";\n    return {text, sizeof text - 1};\n}\n\n}  // namespace bewit\n")
