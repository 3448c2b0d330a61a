#include "engine/rule/rule_set.h"

#include <algorithm>
#include <array>

namespace bewit::rule {
namespace {

constexpr std::array<std::string_view, 8> priority_names = {"Emergency", "Alert",  "Critical",      "Error",
                                                            "Warning",   "Notice", "Informational", "Debug"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_but_for_case(std::string_view left, std::string_view right) {
    return std::ranges::equal(left, right, {}, lower, lower);
}

}  // namespace

std::string_view priority_name(Priority priority) { return priority_names[static_cast<size_t>(priority)]; }

bool parse_priority(std::string_view text, Priority& out) {
    for (size_t i = 0; i < priority_names.size(); ++i) {
        const auto priority = static_cast<Priority>(i);
        const bool alias = priority == Priority::Informational && equal_but_for_case(text, "info");
        if (!alias && !equal_but_for_case(text, priority_names[i])) continue;
        out = priority;
        return true;
    }
    return false;
}

std::string output_format(const Rule& rule) {
    const std::string_view output = rule.output;
    std::string format;
    size_t at = 0;
    for (size_t next = output.find(removed_format); next != std::string_view::npos;
         next = output.find(removed_format, at)) {
        format += output.substr(at, next - at);
        at = next + removed_format.size();
    }
    format += output.substr(at);
    return format;
}

}  // namespace bewit::rule
