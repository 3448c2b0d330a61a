#include <algorithm>

#include "engine/filter/characters.h"
#include "engine/rule/item_reader.h"
#include "engine/rule/items.h"
#include "engine/rule/keys.h"
#include "engine/rule/override.h"

namespace bewit::rule {
namespace {

bool is_good_name(std::string_view name) { return std::none_of(name.begin(), name.end(), filter::ends_bare); }

}  // namespace

bool read_list(const YamlNode& item, Collector& collector, Report& report) {
    const Context unnamed = report.step(nullptr, "list", "", item);
    List list;
    if (!ItemReader(item, unnamed, report).read("list", list.name)) return false;
    const std::string name = list.name;
    const Context context = report.step(nullptr, "list", name, item);
    const ItemReader reader(item, context, report);
    if (!is_good_name(name)) {
        reader.warn(Code::InvalidListName,
                    "List has an invalid name. List names should match a regular expression: ([^()\"'[:space:]=,]+)");
    }
    bool append = false;
    Override override;
    if (!reader.read("items", list.items)) return false;
    if (!read_append_and_override(reader, keys_of("list").overridable, append, override)) return false;
    list.point = report.point_of(item);
    list.place = report.place_of(item);
    if (append || override.append.contains("items")) {
        if (!collector.append(std::move(list), context, report)) return false;
    } else {
        collector.define(std::move(list));
    }
    return reader.warn_of_unknown_keys(keys_of("list").known);
}

}  // namespace bewit::rule
