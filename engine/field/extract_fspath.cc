#include <algorithm>

#include "engine/field/call_effect.h"
#include "engine/field/descriptor_name.h"
#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"
#include "engine/field/param_text.h"
#include "engine/state/path.h"

namespace bewit::field {
namespace {

// Which parameters hold the names of a call: one of the first column, or the others. `fd.name` stands for the
// descriptor's name.
struct PathRoles {
    std::string_view event, name, source, target;
};

constexpr std::string_view descriptor_name = "fd.name";

constexpr PathRoles all_roles[] = {
    {"mkdir", "path", {}, {}},
    {"mkdirat", "path", {}, {}},
    {"rmdir", "path", {}, {}},
    {"unlink", "path", {}, {}},
    {"unlinkat", "name", {}, {}},
    {"open", "name", {}, {}},
    {"openat", "name", {}, {}},
    {"openat2", "name", {}, {}},
    {"chmod", "filename", {}, {}},
    {"fchmod", descriptor_name, {}, {}},
    {"fchmodat", "filename", {}, {}},
    {"chown", "path", {}, {}},
    {"lchown", "path", {}, {}},
    {"fchown", descriptor_name, {}, {}},
    {"fchownat", "pathname", {}, {}},
    {"quotactl", "special", {}, {}},
    {"umount", "name", {}, {}},
    {"umount2", "name", {}, {}},
    {"rename", {}, "oldpath", "newpath"},
    {"renameat", {}, "oldpath", "newpath"},
    {"renameat2", {}, "oldpath", "newpath"},
    {"link", {}, "newpath", "oldpath"},
    {"linkat", {}, "newpath", "oldpath"},
    {"symlink", {}, "linkpath", "target"},
    {"symlinkat", {}, "linkpath", "target"},
    {"mount", {}, "dev", "dir"},
};

// Of an open, the value -1 alone counts as failure: it is EPERM, and other errors have other values. That is Falco's
// reading.
bool succeeded(const Context& context) {
    const auto result = context.event.result();
    if (!result) return false;
    return effect_of(context.event.kind()).open != OpenForm::None ? *result != -1 : *result == 0;
}

// What a link by symlinkat points to is relative to a directory that the event does not name.
std::string_view path_without_directory(Context& context, std::string_view path) {
    const std::string_view directory = state::unknown_directory;
    const std::span<char> memory = context.scratch.take(state::join_size(directory, path));
    return {memory.data(), state::join_path(directory, path, memory.data())};
}

std::string_view whole_path(Context& context, size_t position) {
    const event::EventInfo& info = context.event.info();
    if (info.name == "symlinkat" && info.params[position].name == "target") {
        return path_without_directory(context, context.event.param(position).as_text());
    }
    return absolute_path_of(context, position);
}

Presence give_path(Context& context, Value& value, std::string_view PathRoles::*role, bool as_given) {
    const auto* const roles = std::ranges::find(all_roles, context.event.info().name, &PathRoles::event);
    if (roles == std::end(all_roles) || (roles->*role).empty()) return Presence::Absent;
    if (!context.at_entry && !succeeded(context)) return Presence::Absent;
    if (roles->*role == descriptor_name) {
        const Presence presence = give_name(context, value);
        return context.at_entry && presence == Presence::Present ? Presence::Unknown : presence;
    }
    if (!context.resolved.empty() && !as_given)
        return context.at_entry ? give_maybe(value, Value::of_text(context.resolved))
                                : give_text(value, context.resolved);
    const size_t position = context.event.info().param(roles->*role).value_or(0);
    const event::Param param = context.event.param(position);
    const bool settled = as_given ? param.present() : path_is_settled(context, position);
    if (context.at_entry && !settled) return Presence::Unknown;
    if (!param.present()) return Presence::Absent;
    const Value path = Value::of_text(as_given ? param.as_text() : whole_path(context, position));
    return context.at_entry ? give_maybe(value, path) : give(value, path);
}

}  // namespace

Presence path_name(const Field&, Context& context, Value& value) {
    return give_path(context, value, &PathRoles::name, false);
}
Presence path_name_raw(const Field&, Context& context, Value& value) {
    return give_path(context, value, &PathRoles::name, true);
}
Presence path_source(const Field&, Context& context, Value& value) {
    return give_path(context, value, &PathRoles::source, false);
}
Presence path_source_raw(const Field&, Context& context, Value& value) {
    return give_path(context, value, &PathRoles::source, true);
}
Presence path_target(const Field&, Context& context, Value& value) {
    return give_path(context, value, &PathRoles::target, false);
}
Presence path_target_raw(const Field&, Context& context, Value& value) {
    return give_path(context, value, &PathRoles::target, true);
}

}  // namespace bewit::field
