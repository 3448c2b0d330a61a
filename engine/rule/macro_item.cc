#include <algorithm>

#include "engine/filter/characters.h"
#include "engine/rule/item_reader.h"
#include "engine/rule/items.h"
#include "engine/rule/keys.h"
#include "engine/rule/override.h"

namespace bewit::rule {
namespace {

bool is_good_name(std::string_view name) {
    const auto is_word = [](char c) { return filter::is_letter(c) || filter::is_digit(c) || c == '_'; };
    return filter::is_letter(name.front()) && std::all_of(name.begin(), name.end(), is_word);
}

}  // namespace

bool read_macro(const YamlNode& item, Collector& collector, Report& report) {
    const Context unnamed = report.step(nullptr, "macro", "", item);
    Macro macro;
    if (!ItemReader(item, unnamed, report).read("macro", macro.name)) return false;
    const std::string name = macro.name;
    const Context context = report.step(nullptr, "macro", name, item);
    const ItemReader reader(item, context, report);
    if (!is_good_name(name)) {
        reader.warn(
            Code::InvalidMacroName,
            "Macro has an invalid name. Macro names should match a regular expression: ([a-zA-Z]+[a-zA-Z0-9_]*)");
    }
    bool append = false;
    Override override;
    if (!reader.read("condition", macro.condition)) return false;
    if (!read_append_and_override(reader, keys_of("macro").overridable, append, override)) return false;
    const YamlNode& condition = *item.find("condition");
    macro.point = report.point_of(item);
    macro.place = report.place_of(item);
    macro.condition_place = report.place_of(condition);
    macro.condition_pieces = {{report.point_of(condition), 0}};
    if (append || override.append.contains("condition")) {
        if (!collector.append(std::move(macro), context, report)) return false;
    } else {
        collector.define(std::move(macro));
    }
    return reader.warn_of_unknown_keys(keys_of("macro").known);
}

}  // namespace bewit::rule
