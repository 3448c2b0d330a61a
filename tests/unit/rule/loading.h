// Rule files as literals, and what is expected of them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "engine/filter/print.h"
#include "engine/rule/loader.h"

namespace bewit::rule {

// One file in, one error out.
struct ErrorCase {
    const char* truth;  // what must be so
    const char* yaml;
    Code code;
    const char* message;
    uint32_t line, column;
};

// One file in, no error and these warnings out, in this order.
struct WarningCase {
    const char* truth;
    const char* yaml;
    std::vector<Code> codes;
    const char* message;  // of the first
};

inline Place place_of(const Diagnostic& diagnostic) {
    return diagnostic.context.empty() ? Place{} : diagnostic.context.back().place;
}

inline std::string all_text(const LoadResult& result) {
    std::string text;
    for (const Diagnostic& error : result.errors) text += to_text(error) + "\n";
    for (const Diagnostic& warning : result.warnings) text += to_text(warning) + "\n";
    return text;
}

inline std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += word + " ";
    return text;
}

inline void check_error(const ErrorCase& expected) {
    CAPTURE(std::string(expected.truth));
    Loader loader;
    const LoadResult result = loader.add("rules.yaml", expected.yaml);
    CHECK_FALSE(result.ok);
    REQUIRE(result.errors.size() == 1);
    const Diagnostic& error = result.errors[0];
    CAPTURE(to_text(error));
    CHECK(code_text(error.code) == code_text(expected.code));
    CHECK(error.message == std::string(expected.message));
    CHECK(place_of(error).line == expected.line);
    CHECK(place_of(error).column == expected.column);
    CHECK(place_of(error).file == "rules.yaml");
    CHECK_FALSE(error.snippet.empty());
}

inline void check_warnings(const WarningCase& expected) {
    CAPTURE(std::string(expected.truth));
    Loader loader;
    const LoadResult result = loader.add("rules.yaml", expected.yaml);
    CAPTURE(all_text(result));
    CHECK(result.ok);
    CHECK(result.errors.empty());
    std::vector<std::string> codes, wanted;
    for (const Diagnostic& warning : result.warnings) codes.emplace_back(code_text(warning.code));
    for (Code code : expected.codes) wanted.emplace_back(code_text(code));
    CHECK(joined(codes) == joined(wanted));
    if (!result.warnings.empty()) CHECK(result.warnings[0].message == std::string(expected.message));
}

// Files that are all valid, one after the other.
inline Loader& load(Loader& loader, const std::vector<std::string>& files) {
    for (size_t i = 0; i < files.size(); ++i) {
        const LoadResult result = loader.add("file" + std::to_string(i + 1) + ".yaml", files[i]);
        CAPTURE(all_text(result));
        REQUIRE(result.ok);
    }
    return loader;
}

template <class Items>
const auto& named(const Items& items, std::string_view name) {
    for (const auto& item : items) {
        if (item.name == name) return item;
    }
    FAIL("there is no ", std::string(name));
    return items.front();
}

inline const Rule& rule_named(const Loader& loader, std::string_view name) { return named(loader.rules().rules, name); }
inline const Macro& macro_named(const Loader& loader, std::string_view name) {
    return named(loader.rules().macros, name);
}
inline const List& list_named(const Loader& loader, std::string_view name) { return named(loader.rules().lists, name); }

inline std::string printed(const Rule& rule) {
    return rule.resolved == nullptr ? "(none)" : filter::print(*rule.resolved);
}
inline std::string printed(const Macro& macro) {
    return macro.compiled == nullptr ? "(none)" : filter::print(*macro.compiled);
}

// A whole rule around a condition.
inline std::string rule_with(std::string_view name, std::string_view condition) {
    return "- rule: " + std::string(name) + "\n  desc: d\n  condition: " + std::string(condition) +
           "\n  output: o\n  priority: INFO\n";
}

}  // namespace bewit::rule
