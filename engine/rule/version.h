// Version numbers of three parts, as rule files compare them.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bewit::rule {

struct Version {
    std::array<uint32_t, 3> parts{};

    // What follows the third number is not looked at.
    static std::optional<Version> parse(std::string_view text);
    std::string text() const;
    // The same first number, and not older.
    bool compatible_with(const Version& wanted) const { return parts[0] == wanted.parts[0] && *this >= wanted; }

    auto operator<=>(const Version&) const = default;
};

}  // namespace bewit::rule
