#include "engine/rule/keys.h"

#include <map>

namespace bewit::rule {
namespace {

constexpr std::string_view text = "text", texts = "list of text", boolean = "true or false", condition = "condition";
constexpr std::string_view update = "map of key to `append` or `replace`";

constexpr KeyInfo keys[] = {
    {"required_engine_version", "required_engine_version", "number or version", true, false, false,
     "the oldest engine that understands the file; one that is older refuses it"},
    {"required_plugin_versions", "required_plugin_versions", "list of maps: name, version, alternatives", true, false,
     false, "plugins that the rules rely on; `container` is part of the program"},
    {"list", "list", "name", true, false, false, "the name by which conditions, lists and exceptions refer to it"},
    {"list", "items", texts, true, true, true, "its words; the name of another list stands for that one's"},
    {"list", "append", boolean, false, false, false, "out of use: `override` with `items: append`"},
    {"list", "override", update, false, false, false, "what changes of a list that is there"},
    {"macro", "macro", "name", true, false, false, "the name by which conditions refer to it"},
    {"macro", "condition", condition, true, true, true, "what stands in place of the name"},
    {"macro", "append", boolean, false, false, false, "out of use: `override` with `condition: append`"},
    {"macro", "override", update, false, false, false, "what changes of a macro that is there"},
    {"rule", "rule", "name", true, false, false, "the name that alerts carry"},
    {"rule", "desc", text, true, true, true, "what it is about, and what to do"},
    {"rule", "condition", condition, true, true, true, "of which events it speaks"},
    {"rule", "output", "template", true, true, true, "what it says: text with %fields"},
    {"rule", "priority", "EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFORMATIONAL or DEBUG", true, false,
     true, "how much it matters"},
    {"rule", "source", text, false, false, false,
     "where its events come from; rules of another source than `syscall` are skipped"},
    {"rule", "enabled", boolean, false, false, true, "false: it is loaded, and not used"},
    {"rule", "tags", texts, false, true, true, "by which rules are switched on and off together"},
    {"rule", "exceptions", "list of maps: name, fields, comps, values", false, true, true,
     "of which events it does not speak"},
    {"rule", "warn_evttypes", boolean, false, false, true, "false: no warning that the condition names no event type"},
    {"rule", "skip-if-unknown-filter", boolean, false, false, true,
     "true: a field that is unknown is no error, and the rule is left out"},
    {"rule", "capture", boolean, false, false, true, "accepted; nothing is recorded"},
    {"rule", "capture_duration", "milliseconds", false, false, true, "accepted; nothing is recorded"},
    {"rule", "append", boolean, false, false, false, "out of use: `override` with `condition: append`"},
    {"rule", "override", update, false, false, false, "what changes of a rule that is there"},
};

}  // namespace

std::span<const KeyInfo> all_keys() { return keys; }

const ItemKeys& keys_of(std::string_view item) {
    static const auto all = [] {
        std::map<std::string_view, ItemKeys> by_item;
        for (const KeyInfo& key : keys) {
            ItemKeys& of = by_item[key.item];
            of.known.push_back(key.key);
            if (key.appendable) of.overridable.append.push_back(key.key);
            if (key.replaceable) of.overridable.replace.push_back(key.key);
        }
        return by_item;
    }();
    return all.at(item);
}

}  // namespace bewit::rule
