#include "engine/rule/items.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace bewit::rule {
namespace {

using Kind = YamlNode::Kind;

struct ItemKind {
    std::string_view key;
    bool (*read)(const YamlNode& item, Collector& collector, Report& report);
};

// In the order in which they are looked for: an item with two of these keys is what comes first.
constexpr std::array<ItemKind, 5> item_kinds = {{
    {"required_engine_version", read_engine_version},
    {"required_plugin_versions", read_plugin_versions},
    {"list", read_list},
    {"macro", read_macro},
    {"rule", read_rule},
}};

std::string unknown_item_remedy(const YamlNode& item) {
    std::vector<std::string_view> keys;
    keys.reserve(item_kinds.size());
    for (const ItemKind& kind : item_kinds) keys.push_back(kind.key);
    constexpr size_t looked_at = 40;  // keys and values
    for (size_t i = 0; i + 1 < std::min(item.children.size(), looked_at); i += 2) {
        const std::string meant = nearest(item.children[i]->scalar, keys);
        if (!meant.empty()) return fmt::format("did you mean `{}`?", meant);
    }
    return "an item has one of the keys `rule`, `macro`, `list`, `required_engine_version`, `required_plugin_versions`";
}

bool read_item(const YamlNode& item, Collector& collector, Report& report) {
    const Context context = report.step(nullptr, "rules content item", "", item);
    if (!item.is(Kind::Map)) {
        return report.fail(Code::ErrYamlValidate,
                           "Unexpected element type. Each element should be a yaml associative array.", &context,
                           "an item is written as `- rule: NAME` with its other keys below");
    }
    // An alias may stand for an item with many keys.
    if (!report.charge(item.children.size(), 0, &context)) return false;
    for (const ItemKind& kind : item_kinds) {
        if (item.find(kind.key) != nullptr) return kind.read(item, collector, report);
    }
    report.warn(Code::UnknownItem, "Unknown top level item", &context, unknown_item_remedy(item));
    return true;
}

bool read_document(const YamlNode& document, Collector& collector, Report& report) {
    if (document.is(Kind::Null)) return true;
    if (!document.is(Kind::Sequence)) {
        const bool is_map = document.is(Kind::Map);
        const Context context = report.step(nullptr, "rules content item", "", document);
        return report.fail(Code::ErrYamlValidate,
                           is_map ? "Rules content is not yaml array of objects" : "Rules content is not yaml",
                           &context, "a rule file is a list: each item begins with `- `");
    }
    return report.every(document.children, [&](const YamlNode* item) {
        return item->is(Kind::Null) || read_item(*item, collector, report);
    });
}

}  // namespace

bool read_items(const YamlTree& tree, Collector& collector, Report& report) {
    return report.every(tree.documents,
                        [&](const YamlNode* document) { return read_document(*document, collector, report); });
}

}  // namespace bewit::rule
