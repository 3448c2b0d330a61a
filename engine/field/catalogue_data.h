// How the catalogue's entries are written down: one list per class of fields, each beside its class's extraction.
#pragma once

#include <span>
#include <string_view>

#include "engine/event/witness.h"
#include "engine/field/catalogue.h"

namespace bewit::field {

// What an entry's neighbours mostly have too.
struct Nature {
    Scope scope;
    Cost cost;
    uint32_t facts = 0;
    AtEntry at_entry = AtEntry::Same;
};

struct Entry {
    std::string_view name;
    ParamType type;
    PrintFormat format;
    Nature nature;
    Extract* extract;
    std::string_view help;
    uint32_t flags = 0;
    uint8_t arguments = 0;
};

std::span<const Entry> event_entries();
std::span<const Entry> process_entries();
std::span<const Entry> user_entries();
std::span<const Entry> group_entries();
std::span<const Entry> descriptor_entries();
std::span<const Entry> path_entries();
std::span<const Entry> fdlist_entries();
std::span<const Entry> container_entries();
std::span<const Entry> kubernetes_entries();
std::span<const Entry> ecs_entries();
std::span<const Entry> own_entries();
std::span<const Entry> util_entries();

}  // namespace bewit::field
