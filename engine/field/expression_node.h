// The tree that an expression is compiled to.
#pragma once

#include <bitset>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/field/catalogue.h"
#include "engine/filter/ast.h"

namespace bewit::field {

// What getopt(3) calls optstring.
struct OptionLetters {
    std::bitset<256> known;
    std::bitset<256> with_value;

    explicit OptionLetters(std::string_view text);
};

struct ExpressionNode {
    enum class Kind : uint8_t { Field, Literal, List, Call };

    Kind kind = Kind::Literal;
    filter::Transformer transformer{};  // Call
    Field field;                        // Field
    std::string literal;                // Literal
    ParamType type = ParamType::CharBuf;
    bool list = false;
    std::vector<std::unique_ptr<const ExpressionNode>> inputs;
    std::optional<char> option;            // Call of getopt with an argument
    std::optional<OptionLetters> letters;  // Call of getopt with a literal for the letters
};

}  // namespace bewit::field
