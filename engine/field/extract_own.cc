// What no other catalogue has: the kernel's side of things.
#include "engine/field/descriptor_name.h"
#include "engine/field/event_descriptor.h"
#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"

namespace bewit::field {
namespace {

using event::DescriptorType;
using event::Param;
using event::ParamType;

// PATH_MAX with its NUL: a path that fills it was cut, since the kernel takes none so long.
constexpr size_t longest_path = 4096;
// Of all arguments of a program together, NULs included, so many bytes are recorded, as by Falco's drivers.
constexpr size_t longest_arguments = 4096;

bool is_named_file(const event::Descriptor& what) {
    return what.type == DescriptorType::File || what.type == DescriptorType::File2 ||
           what.type == DescriptorType::Directory;
}

bool is_cut_path(const Param& param) {
    const bool path = param.info->type == ParamType::FsPath || param.info->type == ParamType::FsRelPath;
    return path && param.as_text().size() >= longest_path;
}

// The first argument is a parameter of its own.
bool is_cut_list(const event::View& event, const Param& param) {
    const Param first = event.param("exe");
    return param.info->type == ParamType::ByteBuf && param.info->name == "args" && first.present() &&
           first.as_text().size() + 1 + param.bytes.size() >= longest_arguments;
}

// Buffers keep the first bytes only; the call's result says how many there were.
bool is_cut_buffer(const event::View& event, const Param& param) {
    const bool moves = event.info().has(event::ReadsFd) || event.info().has(event::WritesFd);
    const int64_t moved = event.result().value_or(0);
    return moves && param.info->type == ParamType::ByteBuf && param.info->name == "data" && moved > 0 &&
           param.bytes.size() < static_cast<size_t>(moved);
}

}  // namespace

Presence real_path(const Field&, Context& context, Value& value) {
    const EventDescriptor subject = event_descriptor(context);
    if (subject.number < 0 || subject.number > INT32_MAX) return Presence::Absent;
    const event::Descriptor* what =
        context.state.kernel_descriptor(context.event.tid(), static_cast<Fd>(subject.number));
    if (what == nullptr || !is_named_file(*what) || what->name.empty()) return Presence::Absent;
    return give_text(value, what->name);
}

Presence given_path(const Field&, Context& context, Value& value) {
    if (context.resolved.empty()) return Presence::Absent;
    Context as_given = context;
    as_given.resolved = {};
    return give_name(as_given, value);
}

Presence string_truncated(const Field&, Context& context, Value& value) {
    if (context.truncated) return give_bool(value, true);
    for (size_t i = 0; i < context.event.param_count(); ++i) {
        const Param param = context.event.param(i);
        if (is_cut_path(param) || is_cut_list(context.event, param) || is_cut_buffer(context.event, param))
            return give_bool(value, true);
    }
    // Before the call nobody knows how much it will move.
    return context.at_entry ? Presence::Unknown : give_bool(value, false);
}

}  // namespace bewit::field
