#include "tests/unit/filter/cases.h"

#include <doctest/doctest.h>

#include "engine/filter/parser.h"
#include "engine/filter/print.h"

namespace bewit::filter::test {
namespace {

constexpr std::string_view mark = "¦";

// The canonical form has parentheses that the text may not have had.
constexpr ParseOptions roomy = {.max_depth = 10'000};

void check_accepted(const Accepted& accepted) {
    INFO("condition: ", std::string(accepted.text));
    const auto tree = parse(accepted.text);
    if (!tree) {
        FAIL_CHECK("rejected: ", tree.error().message);
        return;
    }
    const std::string text = print(**tree);
    CHECK(text == (accepted.canonical.empty() ? accepted.text : accepted.canonical));

    const auto again = parse(text, roomy);
    REQUIRE(again.has_value());
    CHECK(equal(**tree, **again));
    CHECK(print(**again) == text);

    // A backspace is a blank before a token, and behind a bare string it is part of that.
    for (const std::string_view behind : {"", " ", "\t", "\r", "\n", " \b\n\t "}) {
        const auto padded = parse("\b" + std::string(behind) + std::string(accepted.text) + std::string(behind));
        REQUIRE(padded.has_value());
        CHECK(equal(**tree, **padded));
    }
}

void check_rejected(const Rejected& rejected) {
    INFO("condition: ", std::string(rejected.text));
    const size_t place = rejected.text.find(mark);
    REQUIRE(place != std::string_view::npos);
    std::string text(rejected.text);
    text.erase(place, mark.size());
    const auto tree = parse(text);
    if (tree) {
        FAIL_CHECK("accepted as: ", print(**tree));
        return;
    }
    CHECK(tree.error().message == rejected.message);
    CHECK(tree.error().location.offset == place);
}

}  // namespace

void accepts(std::initializer_list<Accepted> cases) {
    for (const Accepted& accepted : cases) check_accepted(accepted);
}

void rejects(std::initializer_list<Rejected> cases) {
    for (const Rejected& rejected : cases) check_rejected(rejected);
}

std::string canonical(std::string_view text) {
    const auto tree = parse(text);
    return tree ? print(**tree) : "error: " + tree.error().message;
}

}  // namespace bewit::filter::test
