// Classes of bytes in conditions. Nothing here depends on the locale.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace bewit::filter {

constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_hex_digit(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// POSIX [:space:].
constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
// What may stand between tokens.
constexpr bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\b' || c == '\r' || c == '\n'; }

// What ends a bare string, and what ends the bare argument of a field.
constexpr bool ends_bare(char c) {
    return is_space(c) || std::string_view("()\"'=,").find(c) != std::string_view::npos;
}
constexpr bool ends_bare_argument(char c) {
    return is_space(c) || std::string_view("[]\"'").find(c) != std::string_view::npos;
}

// Length of the well-formed UTF-8 sequence that `text` begins with (The Unicode Standard, table 3-7); 0 when there is
// none.
constexpr size_t utf8_length(std::string_view text) {
    if (text.empty()) return 0;
    const auto byte = [text](size_t at) { return at < text.size() ? static_cast<uint8_t>(text[at]) : 0u; };
    const auto continues = [&byte](size_t at) { return (byte(at) & 0xc0) == 0x80; };
    const unsigned lead = byte(0);
    if (lead < 0x80) return 1;
    if (lead < 0xc2 || lead > 0xf4 || !continues(1)) return 0;
    if (lead < 0xe0) return 2;
    const unsigned second = byte(1);
    if (!continues(2)) return 0;
    if (lead < 0xf0) return (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ? 0 : 3;
    if (!continues(3)) return 0;
    return (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f) ? 0 : 4;
}

}  // namespace bewit::filter
