#include "engine/field/resolved_name.h"

#include "engine/field/call_effect.h"
#include "engine/field/event_descriptor.h"
#include "engine/field/param_text.h"

namespace bewit::field {
namespace {

bool opens_by_name(const Context& context) {
    const OpenForm form = effect_of(context.event.kind()).open;
    return form == OpenForm::Open || form == OpenForm::OpenAt || form == OpenForm::Creat;
}

// A directory may be given with a slash behind its name.
std::string_view without_slash(std::string_view name) {
    return name.size() > 1 && name.ends_with('/') ? name.substr(0, name.size() - 1) : name;
}

}  // namespace

event::NameLeads name_before_open_leads(Context& context, std::string& to) {
    const auto position = context.event.info().param("name");
    if (!opens_by_name(context) || !position) return event::NameLeads::AsGiven;
    const event::Param param = context.event.param(*position);
    if (!param.present()) return event::NameLeads::AsGiven;
    // What openat2(2) makes of a name is its own affair (RESOLVE_IN_ROOT and others).
    if (context.event.param("resolve").as_uint() != 0) return event::NameLeads::Unknown;
    return context.state.name_leads(context.event.tid(), directory_of_path(context.event, *position), param.as_text(),
                                    to);
}

std::optional<std::string_view> other_name_after_open(Context& context) {
    constexpr std::string_view none;
    if (!opens_by_name(context)) return none;
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.known || subject.what == nullptr || subject.number < 0 || subject.number > INT32_MAX) return none;
    const std::string_view given = context.scratch.keep(without_slash(subject.what->name));
    const event::Descriptor* const kernel =
        context.state.kernel_descriptor(context.event.tid(), static_cast<Fd>(subject.number));
    if (kernel == nullptr) return std::nullopt;
    if (!kernel->name.starts_with('/') || kernel->name == given) return none;
    return context.scratch.keep(kernel->name);
}

}  // namespace bewit::field
