#include "injector/patch/utf8.h"

#include <fmt/format.h>

namespace bewit::patch {
namespace {

// The length of the sequence that begins at `at`; 0 when it is none.
size_t sequence_length(std::string_view text, size_t at) {
    const auto byte = [&](size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
    const auto follows = [&](size_t count) {
        for (size_t i = 1; i <= count; ++i) {
            if ((byte(i) & 0xc0u) != 0x80u) return false;
        }
        return true;
    };
    const unsigned first = byte(0);
    if (first < 0x80)
        return first == '\t' || first == '\n' || first == '\r' || (first >= 0x20 && first != 0x7f) ? 1 : 0;
    if (first >= 0xc2 && first <= 0xdf) return follows(1) ? 2 : 0;
    // Neither longer than need be (E0, F0), nor a surrogate (ED), nor beyond U+10FFFF (F4).
    if (first >= 0xe0 && first <= 0xef)
        return follows(2) && !(first == 0xe0 && byte(1) < 0xa0) && !(first == 0xed && byte(1) > 0x9f) ? 3 : 0;
    if (first >= 0xf0 && first <= 0xf4)
        return follows(3) && !(first == 0xf0 && byte(1) < 0x90) && !(first == 0xf4 && byte(1) > 0x8f) ? 4 : 0;
    return 0;
}

}  // namespace

tl::expected<void, Problem> check_text(const Document& document) {
    if (document.text.size() > limits::text)
        return tl::unexpected(Problem{.message = fmt::format("larger than {} MiB", limits::text >> 20)});
    for (size_t at = 0; at < document.text.size();) {
        const size_t length = sequence_length(document.text, at);
        if (length == 0)
            return tl::unexpected(
                problem_at(document, at, "this is neither UTF-8 nor a character that a text may hold"));
        at += length;
    }
    return {};
}

}  // namespace bewit::patch
