#include "engine/match/selection.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "engine/match/glob.h"

namespace bewit::match {
namespace {

// `*` is the only wildcard: what else glob_match() would see as one is taken literally.
bool matches_name(std::string_view pattern, std::string_view name) {
    std::string glob;
    for (const char c : pattern) {
        if (c == '?' || c == '[' || c == '\\') glob.push_back('\\');
        glob.push_back(c);
    }
    return glob_match(glob, name);
}

bool has_any(const rule::Rule& rule, const std::vector<std::string>& tags) {
    return std::ranges::any_of(tags, [&](const std::string& tag) { return rule.tags.contains(tag); });
}

}  // namespace

bool is_selected(const rule::Rule& rule, const Options& options) {
    if (!rule.enabled || rule.priority > options.least_priority) return false;
    if (has_any(rule, options.disabled_tags)) return false;
    if (!options.only_tags.empty() && !has_any(rule, options.only_tags)) return false;
    if (!options.only_rules.empty() && std::ranges::find(options.only_rules, rule.name) == options.only_rules.end())
        return false;
    return std::ranges::none_of(options.disabled_rules,
                                [&](const std::string& pattern) { return matches_name(pattern, rule.name); });
}

std::vector<std::string> without_rules(const rule::RuleSet& set, const Options& options) {
    std::vector<std::string> missing;
    const auto look_for = [&](const std::vector<std::string>& names, const char* sentence, auto has) {
        for (const std::string& name : names) {
            const bool found = std::ranges::any_of(set.rules, [&](const rule::Rule& rule) { return has(rule, name); });
            if (!found) missing.push_back(sentence + ("'" + name + "'"));
        }
    };
    const auto has_tag = [](const rule::Rule& rule, const std::string& tag) { return rule.tags.contains(tag); };
    const auto is_called = [](const rule::Rule& rule, const std::string& name) {
        return matches_name(name, rule.name);
    };
    look_for(options.disabled_rules, "no rule is called ", is_called);
    look_for(options.disabled_tags, "no rule has the tag ", has_tag);
    look_for(options.only_tags, "no rule has the tag ", has_tag);
    return missing;
}

}  // namespace bewit::match
