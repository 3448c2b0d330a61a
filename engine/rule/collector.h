// What all files said so far, as one set: definitions, appends, replacements, switches.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/rule/report.h"
#include "engine/rule/rule_set.h"

namespace bewit::rule {

// A scalar and where it stands.
struct PlacedText {
    std::string text;
    SourcePoint point;
};

// What an item changes of a rule that is already there.
struct RuleUpdate {
    std::string name;
    std::string source;  // empty: not to be compared
    std::optional<PlacedText> condition, output;
    std::optional<std::string> description;
    std::optional<Priority> priority;
    std::optional<std::set<std::string>> tags;
    std::optional<std::vector<Exception>> exceptions;
    std::optional<bool> enabled, capture, warn_evttypes, skip_if_unknown_filter;
    std::optional<uint32_t> capture_duration_ms;
};

// Every define, append and replace takes one number, from 0 up: that of the first definition is the item's `order`,
// that of the last change its `visibility`. So an item whose `visibility` is the same has not changed (but for
// Rule::enabled).
//
// Functions return false when they reported an error; `context` is the item's step. What was changed has lost its tree.
class Collector {
public:
    const RuleSet& set() const { return set_; }
    RuleSet& set() { return set_; }
    // By name, or null.
    List* find_list(const std::string& name);
    Macro* find_macro(const std::string& name);
    Rule* find_rule(const std::string& name);

    bool require_engine(const std::string& version, const Context& context, Report& report);
    bool require_plugin(PluginRequirement requirement, const Context& context, Report& report);

    void define(List list);
    void define(Macro macro);
    bool define(Rule rule, const Context& context, Report& report);
    bool append(List list, const Context& context, Report& report);
    bool append(Macro macro, const Context& context, Report& report);
    bool append(RuleUpdate update, const Context& context, Report& report);
    bool replace(RuleUpdate update, const Context& context, Report& report);
    bool enable(const std::string& name, bool enabled, const Context& context, Report& report);

private:
    using Index = std::unordered_map<std::string, size_t>;

    template <class Item>
    static Item* find(std::vector<Item>& items, const Index& index, const std::string& name);
    template <class Item>
    void put(std::vector<Item>& items, Index& index, Item item);
    bool same_source(const std::string& name, const std::string& source, const Context& context, Report& report);
    bool no_previous_rule(std::string message, const std::string& name, const Context& context, Report& report);
    bool append_exceptions(Rule& rule, std::vector<Exception> exceptions, const Context& context, Report& report);

    RuleSet set_;
    Index lists_, macros_, rules_;
    size_t next_ = 0;
};

// Whether the engine runs rules of this source.
bool is_known_source(std::string_view source);

}  // namespace bewit::rule
