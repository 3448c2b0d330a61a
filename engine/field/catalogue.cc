#include "engine/field/catalogue.h"

#include <algorithm>
#include <vector>

#include "engine/field/catalogue_data.h"

namespace bewit::field {
namespace {

struct Class {
    std::string_view name;
    std::span<const Entry> (*entries)();
};

// The order is that of listings.
constexpr Class classes[] = {
    {"evt", event_entries},     {"process", process_entries},     {"user", user_entries},
    {"group", group_entries},   {"fd", descriptor_entries},       {"fs.path", path_entries},
    {"fdlist", fdlist_entries}, {"container", container_entries}, {"k8s", kubernetes_entries},
    {"ecs", ecs_entries},       {"bewit", own_entries},           {"util", util_entries},
};

std::vector<Definition> build() {
    std::vector<Definition> result;
    for (const Class& group : classes) {
        for (const Entry& entry : group.entries()) {
            const Nature& nature = entry.nature;
            result.push_back({FieldId{static_cast<uint16_t>(result.size())}, entry.name, group.name, entry.type,
                              entry.format, entry.flags, nature.scope, nature.cost, nature.facts, entry.help,
                              entry.arguments, nature.at_entry, entry.extract});
        }
    }
    return result;
}

const std::vector<Definition>& definitions() {
    static const std::vector<Definition> all = build();
    return all;
}

std::vector<const Definition*> sort_by_name() {
    std::vector<const Definition*> result;
    for (const Definition& definition : definitions()) result.push_back(&definition);
    std::ranges::sort(result, {}, &Definition::name);
    return result;
}

}  // namespace

std::span<const Definition> all_fields() { return definitions(); }

const Definition* find_definition(std::string_view name) {
    static const std::vector<const Definition*> sorted = sort_by_name();
    const auto found = std::ranges::lower_bound(sorted, name, {}, &Definition::name);
    return found != sorted.end() && (*found)->name == name ? *found : nullptr;
}

}  // namespace bewit::field
