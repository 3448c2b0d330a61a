// Comparisons of a file's name as patterns over its bytes.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/match/leaf.h"

namespace bewit::match {

struct PatternToken {
    enum class Kind : uint8_t {
        Byte,  // `byte`
        AnyByte,
        Star,        // any bytes, also none
        NotSlash,    // any byte but `/`
        NotSlashes,  // any of those, also none
    };
    Kind kind = Kind::Byte;
    uint8_t byte = 0;
    auto operator<=>(const PatternToken&) const = default;
};
using Pattern = std::vector<PatternToken>;

// What the name says of a leaf. Where a pattern fits it may hold, else it does not; and where `exact`, it is sure to
// hold where one fits.
struct NameQuestion {
    std::vector<Pattern> patterns;
    bool negated = false;  // the other way round: it may fail where one fits
    bool exact = false;
    bool of_given_name = false;  // asks for the name as the call has it, not from the root
};

// Whether the leaf compares the name, or a part of it, with literals.
bool asks_name(const Leaf& leaf, const field::Expression& left);

// nullopt: the leaf is not about the name of the file that an open(2) or openat(2) opens, or its comparison is none
// that patterns can make.
std::optional<NameQuestion> name_question(const Leaf& leaf, const field::Expression& left);

}  // namespace bewit::match
