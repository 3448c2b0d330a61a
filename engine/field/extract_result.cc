#include "engine/field/event_descriptor.h"
#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"
#include "engine/field/param_text.h"

namespace bewit::field {
namespace {

using event::Category;
using event::Descriptor;
using event::DescriptorType;

bool is_file(const Descriptor& what) { return what.type == DescriptorType::File || what.type == DescriptorType::File2; }
bool is_file_or_directory(const Descriptor& what) { return is_file(what) || what.type == DescriptorType::Directory; }
bool is_socket(const Descriptor& what) { return what.is_inet() || what.type == DescriptorType::Unix; }

bool opens_file(const Context& context) { return effect_of(context.event.kind()).open != OpenForm::None; }
bool opens_connection(const Context& context) {
    const std::string_view name = context.event.info().name;
    return name == "accept" || name == "accept4" || name == "connect";
}
bool is_memory(const Context& context) { return context.event.info().category == Category::Memory; }

Presence give_failure(Context& context, Value& value) {
    const auto result = context.event.result();
    return result ? give_uint(value, *result < 0 ? 1 : 0) : Presence::Absent;
}

using CategorySet = uint32_t;
constexpr CategorySet bit(Category category) { return 1u << static_cast<unsigned>(category); }
constexpr CategorySet reading = bit(Category::IoRead), writing = bit(Category::IoWrite);
constexpr CategorySet moving = reading | writing | bit(Category::IoOther);

using Accepts = bool(const Descriptor&);
bool any(const Descriptor&) { return true; }
bool is_inet(const Descriptor& what) { return what.is_inet(); }

// The number of bytes that were moved, when the call is of these categories and its descriptor pleases.
Presence give_length(Context& context, Value& value, CategorySet categories, Accepts* accepts) {
    if ((bit(context.event.info().category) & categories) == 0) return Presence::Absent;
    const EventDescriptor subject = event_descriptor(context);
    if (subject.what == nullptr || !accepts(*subject.what)) return Presence::Absent;
    const auto result = context.event.result();
    return result && *result >= 0 ? give_uint(value, static_cast<uint64_t>(*result)) : Presence::Absent;
}

}  // namespace

Presence result_text(const Field&, Context& context, Value& value) {
    const auto result = context.event.result();
    if (!result) return Presence::Absent;
    if (*result >= 0) return give_text(value, "SUCCESS");
    return give_text(value, param_text(context, 0).shown());
}

Presence result_number(const Field&, Context& context, Value& value) {
    const auto result = context.event.result();
    return result ? give_int(value, *result) : Presence::Absent;
}

Presence result_failed(const Field&, Context& context, Value& value) {
    const auto result = context.event.result();
    return result ? give_bool(value, *result < 0) : Presence::Absent;
}

Presence error_count(const Field&, Context& context, Value& value) { return give_failure(context, value); }

Presence error_count_file(const Field&, Context& context, Value& value) {
    const Descriptor* what = event_descriptor(context).what;
    const bool applies = what != nullptr ? is_file_or_directory(*what) : opens_file(context);
    return applies ? give_failure(context, value) : Presence::Absent;
}

Presence error_count_net(const Field&, Context& context, Value& value) {
    const Descriptor* what = event_descriptor(context).what;
    const bool applies = what != nullptr ? is_socket(*what) : opens_connection(context);
    return applies ? give_failure(context, value) : Presence::Absent;
}

Presence error_count_memory(const Field&, Context& context, Value& value) {
    return is_memory(context) ? give_failure(context, value) : Presence::Absent;
}

Presence error_count_other(const Field&, Context& context, Value& value) {
    const Descriptor* what = event_descriptor(context).what;
    const bool counted = what != nullptr ? is_file_or_directory(*what) || is_socket(*what)
                                         : opens_file(context) || opens_connection(context) || is_memory(context);
    return counted ? Presence::Absent : give_failure(context, value);
}

Presence buffer_length(const Field&, Context& context, Value& value) {
    return give_length(context, value, moving, any);
}
Presence buffer_length_in(const Field&, Context& context, Value& value) {
    return give_length(context, value, reading, any);
}
Presence buffer_length_out(const Field&, Context& context, Value& value) {
    return give_length(context, value, writing, any);
}
Presence buffer_length_file(const Field&, Context& context, Value& value) {
    return give_length(context, value, moving, is_file);
}
Presence buffer_length_file_in(const Field&, Context& context, Value& value) {
    return give_length(context, value, reading, is_file);
}
Presence buffer_length_file_out(const Field&, Context& context, Value& value) {
    return give_length(context, value, writing, is_file);
}
Presence buffer_length_net(const Field&, Context& context, Value& value) {
    return give_length(context, value, moving, is_inet);
}
Presence buffer_length_net_in(const Field&, Context& context, Value& value) {
    return give_length(context, value, reading, is_inet);
}
Presence buffer_length_net_out(const Field&, Context& context, Value& value) {
    return give_length(context, value, writing, is_inet);
}

}  // namespace bewit::field
