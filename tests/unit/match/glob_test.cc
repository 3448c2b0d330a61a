#include "engine/match/glob.h"

#include <doctest/doctest.h>
#include <fnmatch.h>

#include <random>
#include <string>

using bewit::match::glob_match;

TEST_CASE("a star matches slashes, a leading dot and nothing at all") {
    CHECK(glob_match("/etc/*", "/etc/ssh/sshd_config"));
    CHECK(glob_match("*", ".hidden"));
    CHECK(glob_match("a*b", "ab"));
    CHECK_FALSE(glob_match("a*b", "abc"));
    CHECK(glob_match("*.py*", "x.pyc"));
}

TEST_CASE("a question mark matches one byte, no more and no less") {
    CHECK(glob_match("a?c", "a/c"));
    CHECK_FALSE(glob_match("a?c", "ac"));
    CHECK_FALSE(glob_match("a?c", "abbc"));
}

TEST_CASE("a backslash takes the next byte literally") {
    CHECK(glob_match(R"(a\*c)", "a*c"));
    CHECK_FALSE(glob_match(R"(a\*c)", "abc"));
    CHECK_FALSE(glob_match(R"(abc\)", R"(abc\)"));
}

TEST_CASE("brackets have ranges, inversion and classes") {
    CHECK(glob_match("[a-c]x", "bx"));
    CHECK_FALSE(glob_match("[!a-c]x", "bx"));
    CHECK(glob_match("[^a-c]x", "dx"));
    CHECK(glob_match("[[:digit:]_]", "7"));
    CHECK(glob_match("[]]", "]"));
    CHECK(glob_match("[a", "[a"));
}

TEST_CASE("folded, case does not count") {
    CHECK(glob_match("*SECRET*", "my-secret-file", true));
    CHECK_FALSE(glob_match("*SECRET*", "my-secret-file", false));
    CHECK(glob_match("[A-C]", "b", true));
}

TEST_CASE("any pattern says what fnmatch(3) says") {
    // Few letters, so that random patterns match random texts often enough.
    constexpr std::string_view pattern_letters = "ab*?\\[]!-^A/";
    constexpr std::string_view text_letters = "abA/.]-[";
    std::mt19937 random(1);
    const auto pick = [&](std::string_view letters, size_t most) {
        std::string text;
        const size_t size = random() % (most + 1);
        for (size_t i = 0; i < size; ++i) text += letters[random() % letters.size()];
        return text;
    };
    int matched = 0;
    for (int i = 0; i < 300000; ++i) {
        const std::string pattern = pick(pattern_letters, 7);
        const std::string text = pick(text_letters, 6);
        const bool expected = fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
        const bool expected_folded = fnmatch(pattern.c_str(), text.c_str(), FNM_CASEFOLD) == 0;
        CAPTURE(pattern);
        CAPTURE(text);
        REQUIRE(glob_match(pattern, text) == expected);
        REQUIRE(glob_match(pattern, text, true) == expected_folded);
        matched += expected ? 1 : 0;
    }
    CHECK(matched > 3000);
}
