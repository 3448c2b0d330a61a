// Three cases for every name: the descriptor is there; the call failed, and the name comes from its arguments; the call
// has not been made. In the third, a value may be given only when the first two cases agree on it. Where they agree but
// for the value's being absent in one of them, it is given with Presence::Unknown.
#include "engine/field/descriptor_name.h"

#include <array>

#include "engine/field/descriptor_text.h"
#include "engine/field/event_descriptor.h"
#include "engine/field/give.h"
#include "engine/field/param_text.h"
#include "engine/state/path.h"

namespace bewit::field {
namespace {

using event::Descriptor;
using event::DescriptorType;

constexpr uint64_t wants_directory = 1u << 10;  // O_DIRECTORY in Falco's encoding

bool is_file(const Descriptor& what) { return what.type == DescriptorType::File || what.type == DescriptorType::File2; }
bool is_directory(const Descriptor& what) { return what.type == DescriptorType::Directory; }

OpenForm form_of(const Context& context) { return effect_of(context.event.kind()).open; }
bool has_own_name(OpenForm form) {
    return form == OpenForm::Open || form == OpenForm::OpenAt || form == OpenForm::Creat;
}

size_t name_position(const Context& context) { return context.event.info().param("name").value_or(0); }

std::string_view file_name(const Context& context, const Descriptor& what) {
    return context.resolved.empty() ? what.name : context.resolved;
}

// The directory that holds the file; a name that ends in a slash is left whole.
std::string_view directory_of(std::string_view name) {
    const size_t slash = name.rfind('/');
    if (slash == std::string_view::npos || slash == 0) return "/";
    return slash + 1 < name.size() ? name.substr(0, slash) : name;
}

std::string_view filename_of(std::string_view name) {
    const size_t slash = name.rfind('/');
    if (slash == std::string_view::npos) return "/";
    return slash + 1 < name.size() ? name.substr(slash + 1) : name;
}

// What the call's arguments say, when there is no descriptor.
Presence name_from_arguments(Context& context, Value& value) {
    switch (form_of(context)) {
        case OpenForm::Open:
        case OpenForm::Creat:
            return give_text(value, param_text(context, name_position(context)).shown());
        case OpenForm::OpenAt:
            if (!context.event.param("name").present()) return Presence::Absent;
            return give_text(value, absolute_path_of(context, name_position(context)));
        case OpenForm::ByHandle:
            return give_text(value, context.event.param("path").as_text());
        case OpenForm::None:
            break;
    }
    const std::string_view name = context.event.info().name;
    const bool has_addresses = name == "accept" || name == "accept4" || name == "connect";
    return give_text(value, has_addresses ? param_text(context, 1).shown() : "");
}

// Before an open: the name that the descriptor would get, if it is also the one that a failure would show.
Presence name_before_open(Context& context, Value& value) {
    if (!has_own_name(form_of(context))) return Presence::Unknown;
    const size_t position = name_position(context);
    const event::Param param = context.event.param(position);
    if (!param.present()) return Presence::Unknown;
    if (start_of(context, position) == state::unknown_directory) return Presence::Unknown;
    const std::string_view path = absolute_path_of(context, position);
    const bool shown_as_given = form_of(context) != OpenForm::OpenAt && !is_relative_path(param);
    if (shown_as_given && path != param.as_text()) return Presence::Unknown;
    return give_text(value, path);
}

Presence raw_name_before_open(Context& context, Value& value) {
    const OpenForm form = form_of(context);
    if (!has_own_name(form)) return Presence::Unknown;
    const event::Param param = context.event.param(name_position(context));
    if (!param.present() || (form != OpenForm::OpenAt && is_relative_path(param))) return Presence::Unknown;
    return give_text(value, param.as_text());
}

bool opens_directory(const Context& context) { return (context.event.param("flags").as_uint() & wants_directory) != 0; }
bool flags_are_open(const Context& context) {
    return form_of(context) != OpenForm::Creat && !context.event.param("flags").present();
}

Presence collapse_slashes(Context& context, Value& value, Presence presence) {
    if (value.form != Value::Form::Text || value.text.find("//") == std::string_view::npos) return presence;
    std::string& out = context.scratch.text();
    out = value.text;
    state::collapse_slashes(out);
    value = Value::of_text(out);
    return presence;
}

Presence raw_name(Context& context, Value& value) {
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return Presence::Absent;
    if (!subject.known) return raw_name_before_open(context, value);
    if (subject.what != nullptr) return give_text(value, subject.what->name_raw);
    const auto name = context.event.info().param("name");
    if (form_of(context) != OpenForm::OpenAt || !name) return name_from_arguments(context, value);
    const event::Param param = context.event.param(*name);
    return param.present() ? give_text(value, param.as_text()) : Presence::Absent;
}

}  // namespace

Presence give_name(Context& context, Value& value) {
    if (!context.resolved.empty()) return give_text(value, context.resolved);
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return Presence::Absent;
    if (!subject.known) return name_before_open(context, value);
    if (subject.what != nullptr) return give_text(value, name_of(*subject.what, context.scratch.text()));
    return name_from_arguments(context, value);
}

Presence give_raw_name(Context& context, Value& value) {
    return collapse_slashes(context, value, raw_name(context, value));
}

Presence give_directory(Context& context, Value& value) {
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return Presence::Absent;
    if (subject.what != nullptr && subject.known) {
        const std::string_view name = file_name(context, *subject.what);
        if (is_directory(*subject.what)) return give_text(value, name);
        return is_file(*subject.what) ? give_text(value, directory_of(name)) : Presence::Absent;
    }
    if (!subject.known && flags_are_open(context)) return Presence::Unknown;
    const Presence presence = give_name(context, value);
    if (presence != Presence::Present) return presence;
    const std::string_view above = directory_of(value.text);
    // A directory that is opened is its own; had the call failed, the one above it would stand here.
    if (!subject.known && opens_directory(context)) {
        const std::array values = {value, Value::of_text(above)};
        return give_one_of(value, context.scratch.keep(values));
    }
    return give_text(value, above);
}

Presence give_filename(Context& context, Value& value) {
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return Presence::Absent;
    if (subject.known) {
        const bool file = subject.what != nullptr && is_file(*subject.what);
        return file ? give_text(value, filename_of(file_name(context, *subject.what))) : Presence::Absent;
    }
    if (flags_are_open(context)) return Presence::Unknown;
    if (has_own_name(form_of(context)) && opens_directory(context)) return Presence::Absent;
    if (give_name(context, value) != Presence::Present) return Presence::Unknown;
    return give_maybe(value, Value::of_text(filename_of(value.text)));
}

Presence type_before_open(Context& context, Value& value) {
    if (!has_own_name(form_of(context)) || flags_are_open(context)) return Presence::Unknown;
    return give_maybe(value, Value::of_text(opens_directory(context) ? "directory" : "file"));
}

Presence letter_before_open(Context& context, Value& value) {
    const bool certain = has_own_name(form_of(context)) && !flags_are_open(context) && !opens_directory(context);
    return certain ? give_text(value, "f") : Presence::Unknown;
}

}  // namespace bewit::field
