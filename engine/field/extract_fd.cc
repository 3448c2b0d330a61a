#include <algorithm>
#include <iterator>
#include <string>

#include <fmt/format.h>
#include <sys/sysmacros.h>

#include "engine/field/descriptor_name.h"
#include "engine/field/descriptor_text.h"
#include "engine/field/event_descriptor.h"
#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"

namespace bewit::field {
namespace {

using event::Descriptor;

// Falco's encoding.
constexpr uint32_t upper_layer = 1u << 15, lower_layer = 1u << 16;

struct LetterOfEvent {
    std::string_view event;
    char letter;
};

// What such a call would have made, when it made nothing.
constexpr LetterOfEvent letters_of_events[] = {
    {"open", 'f'},      {"openat", 'f'},         {"openat2", 'f'},      {"creat", 'f'},
    {"socket", '4'},    {"accept", '4'},         {"accept4", '4'},      {"pipe", 'p'},
    {"pipe2", 'p'},     {"eventfd", 'e'},        {"eventfd2", 'e'},     {"signalfd", 's'},
    {"signalfd4", 's'}, {"timerfd_create", 't'}, {"inotify_init", 'i'}, {"inotify_init1", 'i'},
};

char letter_of_event(std::string_view name) {
    const auto* const found = std::ranges::find(letters_of_events, name, &LetterOfEvent::event);
    return found != std::end(letters_of_events) ? found->letter : 'o';
}

// `give(const Descriptor&)` for what the event's descriptor refers to.
template <class Give>
Presence give_described(Context& context, Give&& give_it) {
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return Presence::Absent;
    if (!subject.known) return Presence::Unknown;
    return subject.what != nullptr ? give_it(*subject.what) : Presence::Absent;
}

const Descriptor* standard_stream(Context& context, int32_t number) {
    return context.state.descriptor(context.event.tid(), static_cast<Fd>(number));
}

Presence give_stream_type(Context& context, Value& value, int32_t number) {
    const Descriptor* what = standard_stream(context, number);
    return what != nullptr ? give_text(value, type_text(what->type)) : Presence::Absent;
}

Presence give_stream_name(Context& context, Value& value, int32_t number) {
    const Descriptor* what = standard_stream(context, number);
    return what != nullptr ? give_text(value, name_of(*what, context.scratch.text())) : Presence::Absent;
}

// The types of all descriptors of the process, each once. Asks for one number after the other until as many were found
// as the kernel says are open; numbers above the bound are rare, and asking costs a look at the kernel each time.
Presence give_all_types(Context& context, Value& value) {
    constexpr int32_t bound = 4096;
    state::Process* leader = context.state.process(context.event.tid());
    if (leader == nullptr) return Presence::Absent;
    const uint64_t open = context.state.facts(*leader, event::ResourceFacts).fd_count;
    std::vector<Value>& list = context.scratch.list();
    uint64_t found = 0;
    for (int32_t number = 0; number < bound && found < open; ++number) {
        const Descriptor* what = context.state.descriptor(context.event.tid(), static_cast<Fd>(number));
        if (what == nullptr) continue;
        ++found;
        const std::string_view type = type_text(what->type);
        const auto same = [&](const Value& item) { return item.text == type; };
        if (std::ranges::none_of(list, same)) list.push_back(Value::of_text(type));
    }
    return give(value, Value::of_list(list));
}

Presence give_with_container(Context& context, Value& value, Presence presence) {
    if (value.form != Value::Form::Text) return presence;
    std::string& out = context.scratch.text();
    out += context.state.container().id;
    out += ':';
    out += value.text;
    value = Value::of_text(out);
    return presence;
}

}  // namespace

Presence fd_number(const Field&, Context& context, Value& value) {
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return Presence::Absent;
    return subject.number_known ? give_int(value, subject.number) : Presence::Unknown;
}

Presence fd_type(const Field&, Context& context, Value& value) {
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return Presence::Absent;
    if (!keeps_type(subject)) return type_before_open(context, value);
    return subject.what != nullptr ? give_text(value, type_text(subject.what->type)) : Presence::Absent;
}

Presence fd_typechar(const Field&, Context& context, Value& value) {
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return Presence::Absent;
    if (!keeps_type(subject)) return letter_before_open(context, value);
    const char letter =
        subject.what != nullptr ? type_letter(subject.what->type) : letter_of_event(context.event.name());
    return give_text(value, letter_text(letter));
}

Presence fd_name(const Field&, Context& context, Value& value) { return give_name(context, value); }
Presence fd_name_raw(const Field&, Context& context, Value& value) { return give_raw_name(context, value); }
Presence fd_directory(const Field&, Context& context, Value& value) { return give_directory(context, value); }
Presence fd_filename(const Field&, Context& context, Value& value) { return give_filename(context, value); }

Presence fd_container_name(const Field&, Context& context, Value& value) {
    return give_with_container(context, value, give_name(context, value));
}
Presence fd_container_directory(const Field&, Context& context, Value& value) {
    const Presence presence = give_directory(context, value);
    if (presence == Presence::OneOf) {
        value = Value();
        return Presence::Unknown;
    }
    return give_with_container(context, value, presence);
}

Presence fd_uid(const Field&, Context& context, Value& value) {
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return Presence::Absent;
    if (!subject.number_known) return Presence::Unknown;
    std::string& out = context.scratch.text();
    fmt::format_to(std::back_inserter(out), "{}{}", raw(context.event.tid()), subject.number);
    return give_text(value, out);
}

Presence fd_device(const Field&, Context& context, Value& value) {
    return give_described(context, [&](const Descriptor& what) { return give_int(value, what.device); });
}
Presence fd_device_major(const Field&, Context& context, Value& value) {
    return give_described(context, [&](const Descriptor& what) { return give_int(value, major(what.device)); });
}
Presence fd_device_minor(const Field&, Context& context, Value& value) {
    return give_described(context, [&](const Descriptor& what) { return give_int(value, minor(what.device)); });
}
Presence fd_inode(const Field&, Context& context, Value& value) {
    return give_described(context,
                          [&](const Descriptor& what) { return give_int(value, static_cast<int64_t>(what.inode)); });
}
Presence fd_upper_layer(const Field&, Context& context, Value& value) {
    return give_described(
        context, [&](const Descriptor& what) { return give_bool(value, (what.open_flags & upper_layer) != 0); });
}
Presence fd_lower_layer(const Field&, Context& context, Value& value) {
    return give_described(
        context, [&](const Descriptor& what) { return give_bool(value, (what.open_flags & lower_layer) != 0); });
}

Presence fd_types(const Field& field, Context& context, Value& value) {
    if (!event_descriptor(context).applies) return Presence::Absent;
    if (field.index < 0) return give_all_types(context, value);
    if (field.index > INT32_MAX) return Presence::Absent;
    return give_stream_type(context, value, static_cast<int32_t>(field.index));
}

Presence stdin_type(const Field&, Context& context, Value& value) { return give_stream_type(context, value, 0); }
Presence stdout_type(const Field&, Context& context, Value& value) { return give_stream_type(context, value, 1); }
Presence stderr_type(const Field&, Context& context, Value& value) { return give_stream_type(context, value, 2); }
Presence stdin_name(const Field&, Context& context, Value& value) { return give_stream_name(context, value, 0); }
Presence stdout_name(const Field&, Context& context, Value& value) { return give_stream_name(context, value, 1); }
Presence stderr_name(const Field&, Context& context, Value& value) { return give_stream_name(context, value, 2); }

}  // namespace bewit::field
