// Flags are in Falco's encoding: O_RDWR has the bits of both O_RDONLY and O_WRONLY.
#include <algorithm>

#include "engine/field/call_effect.h"
#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"

namespace bewit::field {
namespace {

constexpr uint64_t read_only = 1u << 0, write_only = 1u << 1, create = 1u << 2, temporary = 1u << 13,
                   created = 1u << 14;
constexpr uint64_t any_execute = 0111;  // S_IXUSR, S_IXGRP and S_IXOTH have these bits there too: 0x40, 0x8, 0x1

bool has_flags(OpenForm form) { return form != OpenForm::None && form != OpenForm::Creat; }

// Before the call, flags that could not be read may come with the record that follows.
bool flags_are_open(const Context& context) { return context.at_entry && !context.event.param("flags").present(); }

Presence give_flag(Context& context, Value& value, uint64_t wanted) {
    if (!has_flags(effect_of(context.event.kind()).open)) return give_bool(value, false);
    if (flags_are_open(context)) return Presence::Unknown;
    return give_bool(value, (context.event.param("flags").as_uint() & wanted) != 0);
}

bool mode_executes(const Context& context) { return (context.event.param("mode").as_uint() & any_execute) != 0; }

}  // namespace

Presence open_for_reading(const Field&, Context& context, Value& value) { return give_flag(context, value, read_only); }
Presence open_for_writing(const Field&, Context& context, Value& value) {
    return give_flag(context, value, write_only);
}

Presence open_executable(const Field&, Context& context, Value& value) {
    const OpenForm form = effect_of(context.event.kind()).open;
    if (form == OpenForm::None || form == OpenForm::ByHandle) return give_bool(value, false);
    if (context.at_entry && !context.event.param("mode").present()) return Presence::Unknown;
    if (form == OpenForm::Creat) return give_bool(value, mode_executes(context));
    if (flags_are_open(context)) return Presence::Unknown;
    const bool makes = (context.event.param("flags").as_uint() & (create | temporary)) != 0;
    return give_bool(value, makes && mode_executes(context));
}

Presence open_creates(const Field&, Context& context, Value& value) {
    if (!has_flags(effect_of(context.event.kind()).open)) return give_bool(value, false);
    if (flags_are_open(context)) return Presence::Unknown;
    const uint64_t flags = context.event.param("flags").as_uint();
    if (context.at_entry) {
        return (flags & (create | temporary)) != 0 ? Presence::Unknown : give_bool(value, false);
    }
    const bool made_nameless = (flags & temporary) != 0 && context.event.result().value_or(-1) >= 0;
    return give_bool(value, (flags & created) != 0 || made_nameless);
}

}  // namespace bewit::field
