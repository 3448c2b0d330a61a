#include "engine/rule/collector.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/rule/exception_check.h"
#include "engine/rule/version.h"

namespace bewit::rule {
namespace {

template <class Item>
std::string nearest_of(const std::vector<Item>& items, const std::string& name) {
    std::vector<std::string_view> names;
    names.reserve(items.size());
    for (const Item& item : items) names.push_back(item.name);
    return nearest(name, names);
}

// For an item that changes what is not there.
template <class Item>
std::string missing_remedy(const std::vector<Item>& items, const std::string& name) {
    const std::string meant = nearest_of(items, name);
    if (!meant.empty()) return fmt::format("did you mean `{}`?", meant);
    return "load the file that defines it before this one, or define it here";
}

// `text` with `more` behind it and a blank.
void append_text(std::string& text, TextOrigin& pieces, PlacedText more) {
    text += ' ';
    pieces.push_back({std::move(more.point), static_cast<uint32_t>(text.size())});
    text += more.text;
}

void replace_text(std::string& text, TextOrigin& pieces, Place& place, PlacedText other) {
    text = std::move(other.text);
    place = other.point.source->place(other.point.offset);
    pieces = {{std::move(other.point), 0}};
}

template <class Value>
void replace_if_given(Value& value, std::optional<Value>& other) {
    if (other) value = std::move(*other);
}

// What a change makes out of date.
void forget_tree(Macro& macro) { macro.compiled.reset(); }
void forget_tree(Rule& rule) { rule.resolved.reset(); }

}  // namespace

bool is_known_source(std::string_view source) { return source == "syscall"; }

template <class Item>
Item* Collector::find(std::vector<Item>& items, const Index& index, const std::string& name) {
    const auto found = index.find(name);
    return found == index.end() ? nullptr : &items[found->second];
}

List* Collector::find_list(const std::string& name) { return find(set_.lists, lists_, name); }
Macro* Collector::find_macro(const std::string& name) { return find(set_.macros, macros_, name); }
Rule* Collector::find_rule(const std::string& name) { return find(set_.rules, rules_, name); }

template <class Item>
void Collector::put(std::vector<Item>& items, Index& index, Item item) {
    item.visibility = next_++;
    if (Item* previous = find(items, index, item.name)) {
        item.order = previous->order;
        *previous = std::move(item);
        return;
    }
    item.order = item.visibility;
    index.emplace(item.name, items.size());
    items.push_back(std::move(item));
}

bool Collector::require_engine(const std::string& version, const Context& context, Report& report) {
    const Version wanted = Version::parse(version).value_or(Version{});
    const Version ours = Version::parse(engine_version).value_or(Version{});
    if (!ours.compatible_with(wanted)) {
        return report.fail(
            Code::ErrValidate,
            fmt::format("Rules require engine version {}, but engine version is {}", wanted.text(), ours.text()),
            &context, "take a newer bewit, or a release of these rules that is made for this engine");
    }
    const auto highest = Version::parse(set_.required_engine_version);
    if (!highest || *highest < wanted) set_.required_engine_version = wanted.text();
    return true;
}

bool Collector::require_plugin(PluginRequirement requirement, const Context& context, Report& report) {
    std::set<std::string_view> names;
    for (const PluginVersion& plugin : requirement.alternatives) {
        if (!Version::parse(plugin.version)) {
            return report.fail(
                Code::ErrValidate,
                fmt::format("Invalid required version '{}' for plugin '{}'", plugin.version, plugin.name), &context,
                "write it as three numbers: 0.4.0");
        }
        if (!names.insert(plugin.name).second) {
            return report.fail(
                Code::ErrValidate,
                fmt::format("Defined multiple alternative version requirements for plugin '{}'", plugin.name),
                &context);
        }
    }
    set_.required_plugins.push_back(std::move(requirement));
    return true;
}

void Collector::define(List list) { put(set_.lists, lists_, std::move(list)); }
void Collector::define(Macro macro) { put(set_.macros, macros_, std::move(macro)); }

bool Collector::same_source(const std::string& name, const std::string& source, const Context& context,
                            Report& report) {
    const Rule* previous = find_rule(name);
    if (previous == nullptr || previous->source.empty() || source.empty() || previous->source == source) return true;
    return report.fail(
        Code::ErrValidate, "Rule has been re-defined with a different source", &context,
        fmt::format("the rule's source is `{}`: give this one another name, or the same source", previous->source));
}

bool Collector::define(Rule rule, const Context& context, Report& report) {
    if (!same_source(rule.name, rule.source, context, report)) return false;
    rule.unknown_source = !is_known_source(rule.source);
    if (rule.unknown_source) {
        report.warn(Code::UnknownSource, fmt::format("Unknown source {}, skipping", rule.source), &context,
                    "bewit has one source: `syscall`");
    }
    for (Exception& exception : rule.exceptions) {
        const Context step{&context, "exception", exception.name, exception.point.offset};
        if (exception.fields.empty()) {
            return report.fail(Code::ErrValidate, "Rule exception item must have fields property with a list of fields",
                               &step);
        }
        if (!check_exception(exception, !rule.unknown_source, step, report)) return false;
    }
    put(set_.rules, rules_, std::move(rule));
    return true;
}

bool Collector::append(List list, const Context& context, Report& report) {
    List* previous = find_list(list.name);
    if (previous == nullptr) {
        return report.fail(Code::ErrValidate,
                           "List uses 'append' or 'override.items: append' but no list by that name already exists",
                           &context, missing_remedy(set_.lists, list.name));
    }
    std::move(list.items.begin(), list.items.end(), std::back_inserter(previous->items));
    previous->visibility = next_++;
    return true;
}

bool Collector::append(Macro macro, const Context& context, Report& report) {
    Macro* previous = find_macro(macro.name);
    if (previous == nullptr) {
        return report.fail(
            Code::ErrValidate,
            "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists", &context,
            missing_remedy(set_.macros, macro.name));
    }
    append_text(previous->condition, previous->condition_pieces,
                {std::move(macro.condition), std::move(macro.condition_pieces.front().scalar)});
    previous->visibility = next_++;
    forget_tree(*previous);
    return true;
}

bool Collector::no_previous_rule(std::string message, const std::string& name, const Context& context, Report& report) {
    return report.fail(Code::ErrValidate, std::move(message), &context, missing_remedy(set_.rules, name));
}

bool Collector::append(RuleUpdate update, const Context& context, Report& report) {
    if (!same_source(update.name, update.source, context, report)) return false;
    Rule* rule = find_rule(update.name);
    if (rule == nullptr) {
        return no_previous_rule(
            "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists", update.name,
            context, report);
    }
    const bool has_any = update.condition || update.output || update.description || update.tags || update.exceptions;
    if (!has_any) {
        return report.fail(Code::ErrValidate, "Appended rule must have exceptions or condition property", &context,
                           "`append: true` changes nothing else; other keys are changed by `override`");
    }
    if (update.condition) append_text(rule->condition, rule->condition_pieces, std::move(*update.condition));
    if (update.output) append_text(rule->output, rule->output_pieces, std::move(*update.output));
    if (update.description) rule->description += " " + *update.description;
    if (update.tags) rule->tags.merge(*update.tags);
    if (update.exceptions && !append_exceptions(*rule, std::move(*update.exceptions), context, report)) return false;
    rule->visibility = next_++;
    forget_tree(*rule);
    return true;
}

bool Collector::append_exceptions(Rule& rule, std::vector<Exception> exceptions, const Context& context,
                                  Report& report) {
    Index known;
    for (size_t i = 0; i < rule.exceptions.size(); ++i) known.emplace(rule.exceptions[i].name, i);
    for (Exception& exception : exceptions) {
        const Context step{&context, "exception", exception.name, exception.point.offset};
        const auto fail = [&](std::string message) {
            return report.fail(Code::ErrValidate, std::move(message), &step);
        };
        const auto [previous, is_new] = known.emplace(exception.name, rule.exceptions.size());
        if (is_new) {
            if (exception.fields.empty()) return fail("Rule exception must have fields property with a list of fields");
            if (exception.values.empty()) return fail("Rule exception must have values property with a list of values");
            if (!check_exception(exception, !rule.unknown_source, step, report)) return false;
            rule.exceptions.push_back(std::move(exception));
            continue;
        }
        if (!exception.fields.empty())
            return fail("Can not append exception fields to existing exception, only values");
        if (!exception.comps.empty()) return fail("Can not append exception comps to existing exception, only values");
        std::vector<Exception::Row>& values = rule.exceptions[previous->second].values;
        std::move(exception.values.begin(), exception.values.end(), std::back_inserter(values));
    }
    return true;
}

bool Collector::replace(RuleUpdate update, const Context& context, Report& report) {
    if (!same_source(update.name, update.source, context, report)) return false;
    Rule* rule = find_rule(update.name);
    if (rule == nullptr) {
        return no_previous_rule(
            "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists", update.name,
            context, report);
    }
    if (update.condition) {
        replace_text(rule->condition, rule->condition_pieces, rule->condition_place, std::move(*update.condition));
    }
    if (update.output) replace_text(rule->output, rule->output_pieces, rule->output_place, std::move(*update.output));
    replace_if_given(rule->description, update.description);
    replace_if_given(rule->tags, update.tags);
    replace_if_given(rule->exceptions, update.exceptions);
    replace_if_given(rule->priority, update.priority);
    replace_if_given(rule->capture, update.capture);
    replace_if_given(rule->capture_duration_ms, update.capture_duration_ms);
    replace_if_given(rule->enabled, update.enabled);
    replace_if_given(rule->warn_evttypes, update.warn_evttypes);
    replace_if_given(rule->skip_if_unknown_filter, update.skip_if_unknown_filter);
    rule->visibility = next_++;
    forget_tree(*rule);
    return true;
}

bool Collector::enable(const std::string& name, bool enabled, const Context& context, Report& report) {
    Rule* rule = find_rule(name);
    if (rule == nullptr) {
        return no_previous_rule("Rule has 'enabled' key but no rule by that name already exists", name, context,
                                report);
    }
    rule->enabled = enabled;
    return true;
}

}  // namespace bewit::rule
