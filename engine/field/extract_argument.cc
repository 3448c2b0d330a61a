#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>

#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"
#include "engine/field/param_text.h"

namespace bewit::field {
namespace {

using event::Param;
using event::ParamType;

// Where the record has that argument; nullopt when it does not.
std::optional<size_t> position_of(const Field& field, const event::View& event) {
    std::optional<size_t> position;
    if (field.index >= 0) {
        position = static_cast<size_t>(field.index);
    } else {
        position = event.info().param(field.argument);
    }
    if (!position || *position >= event.param_count()) return std::nullopt;
    return position;
}

// Before the call an argument that the record lacks may still come.
Presence missing(const Field& field, const Context& context) {
    if (!context.at_entry) return Presence::Absent;
    const event::EventInfo& info = context.event.info();
    const bool exists = field.index >= 0 ? static_cast<size_t>(field.index) < info.params.size()
                                         : info.param(field.argument).has_value();
    return exists ? Presence::Unknown : Presence::Absent;
}

// Little-endian bytes as a number: what is too short is filled up with zeroes, what is too long is cut.
uint64_t load(std::span<const std::byte> bytes) {
    std::array<std::byte, sizeof(uint64_t)> padded{};
    std::copy_n(bytes.begin(), std::min(bytes.size(), padded.size()), padded.begin());
    return std::bit_cast<uint64_t>(padded);
}

uint64_t cut(uint64_t bits, size_t width) {
    return width >= sizeof(uint64_t) ? bits : bits & ((uint64_t{1} << (8 * width)) - 1);
}

int64_t extend_sign(uint64_t bits, size_t width) {
    const unsigned unused = 8 * static_cast<unsigned>(sizeof(uint64_t) - width);
    return static_cast<int64_t>(bits << unused) >> unused;
}

// The argument's bytes as a value of `type`, which need not be the argument's own: the same name stands for different
// types in different events, and a condition is compiled once.
Value reinterpret(ParamType type, const Param& param) {
    switch (type) {
        case ParamType::CharBuf:
        case ParamType::FsPath:
        case ParamType::FsRelPath:
            return Value::of_text(param.as_text());
        case ParamType::Int8:
        case ParamType::Int16:
        case ParamType::Int32:
        case ParamType::Int64:
        case ParamType::Errno:
        case ParamType::Fd:
        case ParamType::Fd32:
        case ParamType::Pid:
        case ParamType::Pid32:
            return Value::of_int(extend_sign(load(param.bytes), event::type_width(type)));
        case ParamType::Bool:
            return Value::of_bool(load(param.bytes) != 0);
        case ParamType::Double:
            return Value::of_double(std::bit_cast<double>(load(param.bytes)));
        default:
            break;
    }
    const size_t width = event::type_width(type);
    if (width == 0 || width > sizeof(uint64_t)) {
        return Value::of_bytes({reinterpret_cast<const char*>(param.bytes.data()), param.bytes.size()});
    }
    return Value::of_uint(cut(load(param.bytes), width));
}

}  // namespace

Presence event_argument(const Field& field, Context& context, Value& value) {
    const auto position = position_of(field, context.event);
    if (!position) return missing(field, context);
    if (context.at_entry && !param_is_settled(context, *position)) return Presence::Unknown;
    return give_text(value, param_text(context, *position).shown());
}

Presence event_raw_argument(const Field& field, Context& context, Value& value) {
    const auto position = position_of(field, context.event);
    if (!position) return missing(field, context);
    if (context.at_entry && !param_is_settled(context, *position)) return Presence::Unknown;
    const Param param = context.event.param(*position);
    return param.present() ? give(value, reinterpret(field.type, param)) : Presence::Absent;
}

Presence event_arguments(const Field&, Context& context, Value& value) {
    std::string& out = context.scratch.text();
    if (context.event.id() == event::EventId::Generic) return give_text(value, out);
    for (size_t i = 0; i < context.event.param_count(); ++i) {
        const ParamText text = param_text(context, i);
        if (i > 0) out += ' ';
        out += context.event.info().params[i].name;
        out += '=';
        out += text.raw;
        if (text.resolved.empty()) continue;
        out += '(';
        out += text.resolved;
        out += ')';
    }
    return give_text(value, out);
}

Presence event_buffer(const Field&, Context& context, Value& value) {
    const auto position = context.event.info().param("data");
    if (!position) return Presence::Absent;
    if (context.at_entry && !param_is_settled(context, *position)) return Presence::Unknown;
    const Param param = context.event.param(*position);
    if (!param.present()) return Presence::Absent;
    return give(value, Value::of_bytes({reinterpret_cast<const char*>(param.bytes.data()), param.bytes.size()}));
}

}  // namespace bewit::field
