// A string ends at the first quote that has no backslash before it, without a count of backslashes. So the text `"a\\"`
// has no end, and a value whose last byte is a backslash has to be written with \x5c.
#include "engine/filter/quoting.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "engine/filter/characters.h"

namespace bewit::filter {
namespace {

// The byte that the escape `\c` stands for, in a string quoted with `quote`.
tl::expected<char, std::string> simple_escape(char c, char quote) {
    switch (c) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        case '/':
            return '/';
        case '\\':
        case ' ':
            return '\\';
        case '"':
        case '\'':
            if (c == quote) return c;
            return tl::unexpected(fmt::format("invalid \\{} escape in {}-quoted string", c, quote));
        default:
            return tl::unexpected(fmt::format("unsupported string escape sequence: \\{}", c));
    }
}

// `digits` are those behind `\x`, up to the end of the string.
tl::expected<char, std::string> hex_escape(std::string_view digits) {
    if (digits.size() < 2) return tl::unexpected(std::string("truncated hex char escape sequence"));
    unsigned char byte = 0;
    const auto [end, failure] = std::from_chars(digits.data(), digits.data() + 2, byte, 16);
    if (failure != std::errc() || end != digits.data() + 2) {
        return tl::unexpected("invalid hex char escape sequence: " + std::string(digits.substr(0, 2)));
    }
    return static_cast<char>(byte);
}

void append_hex(std::string& out, char c) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(c));
}

void append_control(std::string& out, char c) {
    switch (c) {
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            append_hex(out, c);
    }
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

template <class Predicate>
bool plain(std::string_view value, Predicate&& ends) {
    if (value.empty()) return false;
    size_t at = 0;
    while (at < value.size()) {
        const char c = value[at];
        const size_t length = utf8_length(value.substr(at));
        if (length == 0 || ends(c) || is_control(c) || c == '=' || c == '\\') return false;
        at += length;
    }
    return true;
}

}  // namespace

tl::expected<std::string, EscapeError> unescape(std::string_view quoted) {
    const char quote = quoted.front();
    const std::string_view inside = quoted.substr(1, quoted.size() - 2);
    std::string value;
    value.reserve(inside.size());
    size_t at = 0;
    while (at < inside.size()) {
        const char c = inside[at];
        if (c != '\\') {
            value += c;
            ++at;
            continue;
        }
        // The token's end makes sure that something stands behind a backslash.
        const bool hex = inside[at + 1] == 'x';
        const auto byte = hex ? hex_escape(inside.substr(at + 2)) : simple_escape(inside[at + 1], quote);
        if (!byte) return tl::unexpected(EscapeError{at + 1, byte.error()});
        value += *byte;
        at += hex ? 4 : 2;
    }
    return value;
}

std::string quote(std::string_view value) {
    std::string out = "\"";
    size_t at = 0;
    while (at < value.size()) {
        const char c = value[at];
        const size_t length = std::max<size_t>(utf8_length(value.substr(at)), 1);
        const bool last = at + length == value.size();
        if (c == '"' || (c == '\\' && !last)) {
            out += {'\\', c};
        } else if (c == '\\' || utf8_length(value.substr(at)) == 0) {
            append_hex(out, c);
        } else if (is_control(c)) {
            append_control(out, c);
        } else {
            out += value.substr(at, length);
        }
        at += length;
    }
    out += '"';
    return out;
}

bool plain_string(std::string_view value) { return plain(value, ends_bare); }
bool plain_argument(std::string_view value) { return plain(value, ends_bare_argument); }

}  // namespace bewit::filter
