// Only calls that change nothing of what the engine knows of the calling process, and make no descriptor, are
// considered; of their parameters, those that were read from registers and from strings at the entry.
#include "engine/match/entry_fields.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "engine/event/witness.h"
#include "engine/field/call_effect.h"

namespace bewit::match {
namespace {

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

bool changes_nothing_known(std::string_view call) {
    return is_one_of(
        call, {"ptrace",  "symlink",  "symlinkat", "link",   "linkat",      "rename",       "renameat", "renameat2",
               "unlink",  "unlinkat", "rmdir",     "mkdir",  "mkdirat",     "chmod",        "fchmodat", "mknod",
               "mknodat", "kill",     "tkill",     "tgkill", "init_module", "delete_module"});
}

bool is_read_at_entry(const field::Field& field, event::Kind kind) {
    const event::EventInfo* info = event::kind_event(kind);
    if (info == nullptr) return false;
    const std::optional<size_t> position =
        field.index >= 0 ? std::optional(static_cast<size_t>(field.index)) : info->param(field.argument);
    if (!position || *position >= info->params.size()) return true;  // null, before and after
    const event::ParamInfo& parameter = info->params[*position];
    const bool is_path = parameter.type == event::ParamType::FsPath || parameter.type == event::ParamType::FsRelPath;
    // A relative path is shown from its directory, whose own name the call may change.
    if (is_path && (field::effect_of(kind).facts & event::WorkingDirectory) != 0) return false;
    return !is_one_of(parameter.name, {"res", "addr", "data"});
}

}  // namespace

bool any_settled_at_entry(event::Kind kind) {
    static const event::KindSet kinds = [] {
        event::KindSet known;
        for (size_t i = 0; i < event::kind_count(); ++i) {
            known.set(i, changes_nothing_known(event::kind_name(static_cast<event::Kind>(i))));
        }
        return known;
    }();
    return kinds.test(event::index(kind));
}

bool settled_at_entry(const field::Field& field, event::Kind kind) {
    if (!any_settled_at_entry(kind)) return false;
    const std::string_view name = field.definition->name;
    if (name == "evt.arg" || name == "evt.rawarg") return is_read_at_entry(field, kind);
    if (is_one_of(name, {"evt.type", "evt.type.is", "syscall.type"})) return true;
    // Only an execution brings a terminal of its own.
    if (name == "proc.tty") return true;
    const bool changed = (field.definition->facts & field::effect_of(kind).facts) != 0;
    return field.definition->at_entry == field::AtEntry::Same && !changed;
}

}  // namespace bewit::match
