#include "engine/match/utf8.h"

#include <algorithm>
#include <cstdint>
#include <span>

namespace bewit::match {
namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd";

// The second byte's range keeps out overlong forms, surrogates and what is beyond U+10FFFF (RFC 3629, section 4).
struct Lead {
    uint8_t length = 0;
    uint8_t low = 0x80, high = 0xbf;
};

Lead lead_of(uint8_t byte) {
    if (byte < 0x80) return {1};
    if (byte < 0xc2) return {};
    if (byte < 0xe0) return {2};
    if (byte == 0xe0) return {3, 0xa0, 0xbf};
    if (byte == 0xed) return {3, 0x80, 0x9f};
    if (byte < 0xf0) return {3};
    if (byte == 0xf0) return {4, 0x90, 0xbf};
    if (byte < 0xf4) return {4};
    if (byte == 0xf4) return {4, 0x80, 0x8f};
    return {};
}

size_t valid_prefix(std::string_view text) {
    size_t at = 0;
    while (at < text.size()) {
        const size_t length = utf8_character(text.substr(at));
        if (length == 0) break;
        at += length;
    }
    return at;
}

}  // namespace

size_t utf8_character(std::string_view text) {
    const auto byte = [&](size_t at) { return static_cast<uint8_t>(text[at]); };
    const Lead lead = lead_of(byte(0));
    if (lead.length == 0 || lead.length > text.size()) return 0;
    if (lead.length == 1) return 1;
    if (byte(1) < lead.low || byte(1) > lead.high) return 0;
    for (size_t i = 2; i < lead.length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
    }
    return lead.length;
}

std::string_view valid_utf8(std::string_view text, field::Scratch& scratch) {
    const size_t good = valid_prefix(text);
    if (good == text.size()) return text;
    const std::span<char> copy = scratch.take(good + (text.size() - good) * replacement.size());
    char* out = std::copy(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(good), copy.data());
    for (size_t at = good; at < text.size();) {
        const size_t length = utf8_character(text.substr(at));
        const std::string_view piece = length != 0 ? text.substr(at, length) : replacement;
        out = std::copy(piece.begin(), piece.end(), out);
        at += std::max<size_t>(length, 1);
    }
    return {copy.data(), static_cast<size_t>(out - copy.data())};
}

}  // namespace bewit::match
