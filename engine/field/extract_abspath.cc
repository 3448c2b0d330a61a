#include <algorithm>
#include <initializer_list>

#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"
#include "engine/field/param_text.h"

namespace bewit::field {
namespace {

// The one path of a call, or its source and target.
struct PathParameters {
    std::string_view event, source, target;
};

constexpr PathParameters path_parameters[] = {
    {"renameat", "oldpath", "newpath"},    {"renameat2", "oldpath", "newpath"}, {"linkat", "oldpath", "newpath"},
    {"symlinkat", "linkpath", "linkpath"}, {"openat", "name", "name"},          {"openat2", "name", "name"},
    {"unlinkat", "name", "name"},          {"mkdirat", "path", "path"},         {"fchmodat", "filename", "filename"},
    {"fchownat", "pathname", "pathname"},
};

Presence give_path(Context& context, Value& value, std::string_view parameter) {
    const auto position = context.event.info().param(parameter);
    if (!position) return Presence::Absent;
    if (context.at_entry && !path_is_settled(context, *position)) return Presence::Unknown;
    if (!context.event.param(*position).present()) return Presence::Absent;
    return give_text(value, absolute_path_of(context, *position));
}

}  // namespace

Presence absolute_path(const Field& field, Context& context, Value& value) {
    const std::string_view name = context.event.info().name;
    if (name == "open_by_handle_at") {
        if (context.at_entry) return Presence::Unknown;
        return context.event.result().value_or(-1) > 0 ? give_path(context, value, "path") : Presence::Absent;
    }
    const auto* const known = std::ranges::find(path_parameters, name, &PathParameters::event);
    if (known == std::end(path_parameters)) return Presence::Absent;
    return give_path(context, value, field.argument == "dst" ? known->target : known->source);
}

}  // namespace bewit::field
