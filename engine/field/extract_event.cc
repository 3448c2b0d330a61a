#include "engine/field/event_descriptor.h"
#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"

namespace bewit::field {
namespace {

using event::Category;
using event::DescriptorType;
using event::EventInfo;

bool has_flag(const Context& context, event::EventFlag flag) { return context.event.info().has(flag); }

// A notice that carries its own name.
bool is_named_notice(const EventInfo& info) { return info.name == "asyncevent"; }

std::string_view name_of_event(const event::View& event) {
    return is_named_notice(event.info()) ? event.param("name").as_text() : event.name();
}

// A successful execveat is an `execve`; which of the two it was is known only after the call.
bool name_is_open(const Context& context) { return context.at_entry && context.event.info().name == "execveat"; }

bool is_transfer(Category category) {
    return category == Category::IoRead || category == Category::IoWrite || category == Category::IoOther;
}

std::string_view category_of(DescriptorType type) {
    switch (type) {
        case DescriptorType::File:
        case DescriptorType::File2:
        case DescriptorType::Directory:
            return "file";
        case DescriptorType::Ipv4:
        case DescriptorType::Ipv6:
        case DescriptorType::Ipv4Server:
        case DescriptorType::Ipv6Server:
            return "net";
        case DescriptorType::Fifo:
        case DescriptorType::Unix:
        case DescriptorType::Event:
        case DescriptorType::Signal:
        case DescriptorType::Inotify:
        case DescriptorType::Userfault:
            return "ipc";
        default:
            return "unknown";
    }
}

}  // namespace

Presence event_number(const Field&, Context& context, Value& value) { return give_uint(value, context.number); }
Presence event_source(const Field&, Context&, Value& value) { return give_text(value, "syscall"); }

Presence event_hostname(const Field&, Context& context, Value& value) {
    if (context.hostname.empty()) return Presence::Absent;
    return give_text(value, context.hostname);
}

Presence event_is_async(const Field&, Context& context, Value& value) {
    return give_bool(value, has_flag(context, event::MetaCategory));
}

Presence event_async_type(const Field&, Context& context, Value& value) {
    if (!has_flag(context, event::MetaCategory)) return Presence::Absent;
    return give_text(value, name_of_event(context.event));
}

Presence event_direction(const Field&, Context& context, Value& value) {
    const bool is_exit = static_cast<uint16_t>(context.event.id()) % 2 == 1;
    return give_text(value, is_exit ? "<" : ">");
}

Presence event_type(const Field&, Context& context, Value& value) {
    if (name_is_open(context)) return Presence::Unknown;
    return give_text(value, name_of_event(context.event));
}

Presence event_type_is(const Field& field, Context& context, Value& value) {
    if (name_is_open(context)) return Presence::Unknown;
    const bool same = field.index >= 0 ? static_cast<int64_t>(context.event.id()) == field.index
                                       : context.event.name() == field.argument;
    return give_uint(value, same ? 1 : 0);
}

Presence syscall_type(const Field&, Context& context, Value& value) {
    if (!has_flag(context, event::SyscallCategory)) return Presence::Absent;
    if (name_is_open(context)) return Presence::Unknown;
    return give_text(value, context.event.name());
}

Presence event_category(const Field&, Context& context, Value& value) {
    const Category category = context.event.info().category;
    if (!is_transfer(category)) return give_text(value, event::category_name(category));
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.applies) return give_text(value, "unknown");
    if (!keeps_type(subject)) return Presence::Unknown;
    return give_text(value, subject.what == nullptr ? "unknown" : category_of(subject.what->type));
}

Presence is_io(const Field&, Context& context, Value& value) {
    return give_bool(value, has_flag(context, event::ReadsFd) || has_flag(context, event::WritesFd));
}
Presence is_io_read(const Field&, Context& context, Value& value) {
    return give_bool(value, has_flag(context, event::ReadsFd));
}
Presence is_io_write(const Field&, Context& context, Value& value) {
    return give_bool(value, has_flag(context, event::WritesFd));
}

Presence io_direction(const Field&, Context& context, Value& value) {
    if (has_flag(context, event::WritesFd)) return give_text(value, "write");
    if (has_flag(context, event::ReadsFd)) return give_text(value, "read");
    return Presence::Absent;
}

Presence is_wait(const Field&, Context& context, Value& value) {
    return give_bool(value, has_flag(context, event::Waits));
}

Presence is_syslog(const Field&, Context& context, Value& value) {
    if (!has_flag(context, event::WritesFd)) return give_bool(value, false);
    const EventDescriptor subject = event_descriptor(context);
    if (!subject.known) return Presence::Unknown;
    return give_bool(value, subject.what != nullptr && subject.what->name.find("/dev/log") != std::string::npos);
}

Presence event_count(const Field&, Context&, Value& value) { return give_uint(value, 1); }

Presence count_exit(const Field&, Context& context, Value& value) {
    const bool is_exit = static_cast<uint16_t>(context.event.id()) % 2 == 1;
    return is_exit ? give_uint(value, 1) : Presence::Absent;
}

Presence count_procinfo(const Field&, Context& context, Value& value) {
    if (context.event.info().name != "procinfo") return give_uint(value, 0);
    const state::Process* thread = context.state.thread(context.event.tid());
    return give_uint(value, thread != nullptr && thread->is_leader() ? 1 : 0);
}

Presence count_threadinfo(const Field&, Context& context, Value& value) {
    return give_uint(value, context.event.info().name == "procinfo" ? 1 : 0);
}

Presence extraction_count(const Field&, Context& context, Value& value) {
    return give_uint(value, context.scratch.count());
}

}  // namespace bewit::field
