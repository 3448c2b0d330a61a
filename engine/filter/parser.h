// Text to tree. The grammar is Falco's, to the letter and with its oddities (docs/falco-differences.md lists where ours
// is wider).
//
// Time and memory are proportional to the text. Nothing is thrown but std::bad_alloc; all functions may run on any
// thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "engine/filter/ast.h"

namespace bewit::filter {

// What is wrong, in Falco's words, and the place where the parser stood when it saw that: the end of the text when
// something is missing there, the backslash when an escape is wrong.
struct ParseError {
    Location location;
    std::string message;
};

struct ParseOptions {
    // Nesting counted as Falco counts it: every production adds one, a pair of parentheses about five. A text fails
    // that would reach this number. The parser never recurses deeper, whatever the input: one level takes less than 600
    // bytes of stack (2,000 in a build with sanitizers), whether it is parsed, cloned, compared, printed or destroyed.
    uint32_t max_depth = 1000;
    // Expressions and operands: a text with more is refused while it is parsed. One takes about 120 bytes.
    size_t max_nodes = SIZE_MAX;
};

tl::expected<ExpressionPtr, ParseError> parse(std::string_view text, const ParseOptions& options = {});

// The longest prefix of `text` that is a field or a transformer call, as output templates need it: its tree and, in
// `length`, the bytes that it took.
//
// That is what the grammar can say. In a template the longest prefix counts that names something which exists: in
// `%proc.name_x` it is `proc.name`, though `proc.name_x` is a field by its grammar. So the caller tries, and while the
// operand names nothing, goes on with `text.substr(0, prefix.shorter)`; when `shorter` is 0, there is no more to try.
// Names are cut by a byte at a time; a caller that knows the longest name that exists may cut to that at once.
struct OperandPrefix {
    OperandPtr operand;
    size_t length = 0;
    // The length of the next shorter prefix that is an operand: without the argument in brackets, then with ever less
    // of a field's name. A call can lose its argument only.
    size_t shorter = 0;
};
tl::expected<OperandPrefix, ParseError> parse_operand_prefix(std::string_view text, const ParseOptions& options = {});

}  // namespace bewit::filter
