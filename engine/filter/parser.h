// Text to tree. The grammar is Falco's, to the letter and with its oddities (docs/falco-differences.md lists where ours is wider).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "engine/filter/ast.h"

namespace bewit::filter {

struct ParseError {
    Location location;
    std::string message;
};

struct ParseOptions {
    // Nesting counted as Falco counts it: every production adds one. The parser never recurses deeper, whatever the input.
    uint32_t max_depth = 1000;
};

tl::expected<ExpressionPtr, ParseError> parse(std::string_view text, const ParseOptions& options = {});

// The longest prefix of `text` that is a field or a transformer call, as output templates need it: its tree and, in `length`,
// the bytes that it took.
struct OperandPrefix {
    OperandPtr operand;
    size_t length = 0;
};
tl::expected<OperandPrefix, ParseError> parse_operand_prefix(std::string_view text, const ParseOptions& options = {});

}  // namespace bewit::filter
