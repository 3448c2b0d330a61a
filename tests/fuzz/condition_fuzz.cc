// Conditions: whatever parses prints to a canonical text, which parses to an equal tree and prints the same again. The
// same text is then taken as the rest of an output template behind a %.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "engine/filter/characters.h"
#include "engine/filter/parser.h"
#include "engine/filter/print.h"

using namespace bewit::filter;

namespace {

// The canonical form has parentheses that the text had not: up to five levels for one.
constexpr ParseOptions limits = {.max_depth = 200};
constexpr ParseOptions roomy = {.max_depth = 1000};

void require(bool holds, const char* what, std::string_view text) {
    if (holds) return;
    std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(text.size()), text.data());
    std::abort();
}

void check_one_line(std::string_view text) {
    for (size_t at = 0; at < text.size();) {
        const size_t length = utf8_length(text.substr(at));
        require(length != 0, "not UTF-8", text);
        require(static_cast<unsigned char>(text[at]) >= 0x20 && text[at] != 0x7f, "a control character", text);
        at += length;
    }
}

void check_error(const ParseError& error, std::string_view text) {
    require(!error.message.empty(), "an error without words", text);
    require(error.location.offset <= text.size(), "an error outside", text);
    require(error.location.line >= 1 && error.location.column >= 1, "a place before the start", text);
}

void check_condition(std::string_view text) {
    const auto tree = parse(text, limits);
    if (!tree) return check_error(tree.error(), text);
    const std::string canonical = print(**tree);
    check_one_line(canonical);
    const auto again = parse(canonical, roomy);
    require(again.has_value(), "the canonical form does not parse", canonical);
    require(equal(**tree, **again), "the canonical form is another condition", canonical);
    require(print(**again) == canonical, "the canonical form is not canonical", canonical);
    require(equal(**tree, *clone(**tree)), "the clone is another condition", canonical);
}

void check_prefix(std::string_view text) {
    while (!text.empty()) {
        const auto prefix = parse_operand_prefix(text, limits);
        if (!prefix) return check_error(prefix.error(), text);
        require(prefix->length <= text.size() && prefix->length == prefix->operand->length, "a wrong length", text);
        require(prefix->shorter < prefix->length, "shorter is not shorter", text);

        const std::string canonical = print(*prefix->operand);
        const auto again = parse_operand_prefix(canonical, roomy);
        require(again.has_value() && again->length == canonical.size(), "the operand's text does not parse", canonical);
        require(equal(*prefix->operand, *again->operand), "the operand's text is another operand", canonical);
        text = text.substr(0, prefix->shorter);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_condition(text);
    check_prefix(text);
    return 0;
}
