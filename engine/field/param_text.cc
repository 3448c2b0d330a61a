#include "engine/field/param_text.h"

#include <algorithm>
#include <ctime>
#include <iterator>
#include <limits>
#include <optional>

#include <fmt/format.h>

#include "engine/field/call_effect.h"
#include "engine/field/descriptor_text.h"
#include "engine/field/poll_list.h"
#include "engine/state/path.h"

namespace bewit::field {
namespace {

using event::Param;
using event::ParamType;
using event::PrintFormat;

constexpr uint64_t second = 1'000'000'000;

bool is_path(ParamType type) { return type == ParamType::FsPath || type == ParamType::FsRelPath; }

bool is_signed(ParamType type) {
    switch (type) {
        case ParamType::Int8:
        case ParamType::Int16:
        case ParamType::Int32:
        case ParamType::Int64:
        case ParamType::Errno:
        case ParamType::Fd:
        case ParamType::Fd32:
        case ParamType::Pid:
        case ParamType::Pid32:
        // 64-bit addresses and offsets print with a sign, as they do in Falco.
        case ParamType::Uint64:
            return true;
        default:
            return false;
    }
}

template <class... Arguments>
std::string_view print(Context& context, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    std::string& out = context.scratch.text();
    fmt::format_to(std::back_inserter(out), format, std::forward<Arguments>(arguments)...);
    return out;
}

std::string_view number_text(Context& context, const Param& param, PrintFormat format) {
    std::string& out = context.scratch.text();
    const bool with_sign = is_signed(param.info->type) && format != PrintFormat::Hex && format != PrintFormat::Oct;
    append_text(with_sign ? Value::of_int(param.as_int()) : Value::of_uint(param.as_uint()), format, out);
    return out;
}

std::string_view absent_text(ParamType type) {
    switch (type) {
        case ParamType::ByteBuf:
        case ParamType::SockTuple:
        case ParamType::FdList:
        case ParamType::CharBufArray:
        case ParamType::Dyn:
            return "NULL";
        default:
            return "<NA>";
    }
}

std::string_view errno_text(int64_t negative) {
    if (negative >= 0 || negative < -std::numeric_limits<int>::max()) return {};
    return event::errno_name(static_cast<int>(-negative));
}

std::string_view descriptor_reference(Context& context, int64_t number) {
    if (number == raw(Fd::WorkingDirectory)) return "AT_FDCWD";
    if (number < 0) return errno_text(number);
    const event::Descriptor* what = descriptor_numbered(context, number);
    if (what == nullptr) return {};
    std::string& out = context.scratch.text();
    out += '<';
    out += type_letter(what->type);
    if (const char letter = l4proto_letter(*what); letter != 0) out += letter;
    out += '>';
    out += name_of(*what, context.scratch.text());
    return out;
}

std::string_view thread_name(Context& context, int64_t tid) {
    if (tid <= 0) return {};
    state::Process* thread = context.state.thread(static_cast<Tid>(tid));
    return thread != nullptr ? std::string_view(context.state.facts(*thread, event::CommFact).comm)
                             : std::string_view();
}

ParamText user_text(Context& context, uint32_t id, bool is_group) {
    if (id == std::numeric_limits<uint32_t>::max()) return {"-1", "<NONE>"};
    const std::string_view number = print(context, "{}", static_cast<int32_t>(id));
    if (is_group) {
        const std::string* name = context.state.users().group(id);
        return {number, name != nullptr && !name->empty() ? std::string_view(*name) : "<NA>"};
    }
    const state::User* user = context.state.users().user(id);
    return {number, user != nullptr && !user->name.empty() ? std::string_view(user->name) : "<NA>"};
}

std::string_view flag_names(Context& context, const Param& param) {
    std::string& out = context.scratch.text();
    event::append_names(param.info->type, param.info->names, static_cast<uint32_t>(param.as_uint()), out);
    return out;
}

ParamText duration_text(Context& context, uint64_t nanoseconds) {
    if (nanoseconds == std::numeric_limits<uint64_t>::max()) return {"none", {}};
    const double seconds = static_cast<double>(nanoseconds) / static_cast<double>(second);
    return {print(context, "{}", nanoseconds), print(context, "{:g}s", seconds)};
}

std::string_view time_text(Context& context, uint64_t time_ns) {
    const std::time_t seconds = static_cast<std::time_t>(time_ns / second);
    std::tm time{};
    localtime_r(&seconds, &time);
    char date[32], zone[8];
    std::strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &time);
    std::strftime(zone, sizeof(zone), "%z", &time);
    return print(context, "{}.{:09} {}", std::string_view(date), time_ns % second, std::string_view(zone));
}

std::string_view signal_set_text(Context& context, uint32_t set) {
    std::string& out = context.scratch.text();
    for (int signal = 1; signal <= 32; ++signal) {
        if ((set & (uint32_t{1} << (signal - 1))) == 0) continue;
        const std::string_view name = event::signal_name(signal);
        if (name.empty()) continue;
        if (!out.empty()) out += ' ';
        out += name;
    }
    return out;
}

std::string_view printable(Context& context, std::string_view bytes) {
    std::string& out = context.scratch.text();
    append_printable(bytes, out);
    return out;
}

std::string_view poll_text(Context& context, std::span<const std::byte> bytes) {
    std::string& out = context.scratch.text();
    for_each_polled(bytes, [&](int64_t number, int16_t events) {
        const event::Descriptor* what = descriptor_numbered(context, number);
        if (!out.empty()) out += ' ';
        fmt::format_to(std::back_inserter(out), "{}:{}{:x}", number, what != nullptr ? type_letter(what->type) : '?',
                       static_cast<uint32_t>(static_cast<int32_t>(events)));
    });
    return out;
}

template <class Append>
std::string_view appended(Context& context, std::span<const std::byte> bytes, Append* append) {
    std::string& out = context.scratch.text();
    append(bytes, out);
    return out;
}

// A value that says its own type: what its tag means depends on the parameter.
struct TaggedType {
    std::string_view parameter;
    uint8_t tag;
    event::ParamInfo info;
};

constexpr TaggedType tagged_types[] = {
    {"val", 0, {"val", ParamType::ByteBuf, PrintFormat::Hex, {}}},
    {"val", 1, {"val", ParamType::Errno, PrintFormat::Dec, {}}},
    {"val", 2, {"val", ParamType::Uint32, PrintFormat::Dec, {}}},
    {"val", 3, {"val", ParamType::Uint64, PrintFormat::Dec, {}}},
    {"val", 4, {"val", ParamType::RelTime, PrintFormat::Dec, {}}},
    {"addr", 0, {"addr", ParamType::Uint64, PrintFormat::Hex, {}}},
    {"addr", 1, {"addr", ParamType::SigType, PrintFormat::Dec, {}}},
    {"data", 0, {"data", ParamType::Uint64, PrintFormat::Hex, {}}},
    {"data", 1, {"data", ParamType::SigType, PrintFormat::Dec, {}}},
    {"arg", 0, {"arg", ParamType::Int64, PrintFormat::Dec, {}}},
    {"arg", 1, {"arg", ParamType::CharBuf, PrintFormat::None, {}}},
};

std::optional<Param> untag(const Param& param) {
    const uint8_t tag = static_cast<uint8_t>(param.bytes.front());
    const std::span<const std::byte> bytes = param.bytes.subspan(1);
    for (const TaggedType& type : tagged_types) {
        if (type.tag != tag || !param.info->name.starts_with(type.parameter)) continue;
        const size_t width = event::type_width(type.info.type);
        if (width != 0 && width != bytes.size()) return std::nullopt;
        return Param{&type.info, bytes};
    }
    return std::nullopt;
}

ParamText text_of(Context& context, const Param& param, size_t position) {
    const event::ParamInfo& info = *param.info;
    switch (info.type) {
        case ParamType::CharBuf:
            return {param.as_text(), {}};
        case ParamType::FsPath:
        case ParamType::FsRelPath:
            return {param.as_text(),
                    is_relative_path(param) ? absolute_path_of(context, position) : std::string_view()};
        case ParamType::Fd:
        case ParamType::Fd32:
            return {number_text(context, param, PrintFormat::Dec), descriptor_reference(context, param.as_int())};
        case ParamType::Pid:
        case ParamType::Pid32:
            return {number_text(context, param, PrintFormat::Dec), thread_name(context, param.as_int())};
        case ParamType::Errno:
            return {number_text(context, param, PrintFormat::Dec), errno_text(param.as_int())};
        case ParamType::Uid:
        case ParamType::Gid:
            return user_text(context, static_cast<uint32_t>(param.as_uint()), info.type == ParamType::Gid);
        case ParamType::Flags8:
        case ParamType::Flags16:
        case ParamType::Flags32:
        case ParamType::EnumFlags8:
        case ParamType::EnumFlags16:
        case ParamType::EnumFlags32:
            return {number_text(context, param, PrintFormat::Dec), flag_names(context, param)};
        case ParamType::Mode:
            return {number_text(context, param, info.format), flag_names(context, param)};
        case ParamType::SigType:
            return {number_text(context, param, PrintFormat::Dec),
                    event::signal_name(static_cast<int>(param.as_int()))};
        case ParamType::SyscallId:
            return {number_text(context, param, PrintFormat::Dec), context.event.name()};
        case ParamType::RelTime:
            return duration_text(context, param.as_uint());
        case ParamType::AbsTime:
            return {time_text(context, param.as_uint()), {}};
        case ParamType::SigSet:
            return {signal_set_text(context, static_cast<uint32_t>(param.as_uint())), {}};
        case ParamType::SockAddr:
            return {appended(context, param.bytes, append_socket_address), {}};
        case ParamType::SockTuple:
            return {appended(context, param.bytes, append_socket_tuple), {}};
        case ParamType::FdList:
            return {poll_text(context, param.bytes), {}};
        case ParamType::ByteBuf:
        case ParamType::CharBufArray:
            return {printable(context, param.as_text()), {}};
        case ParamType::Dyn:
            break;
        default:
            return {number_text(context, param, info.format), {}};
    }
    const auto plain = untag(param);
    return plain ? text_of(context, *plain, position) : ParamText{"INVALID DYNAMIC PARAMETER", {}};
}

// Results of the call that do not stand in its first parameter.
bool is_result(std::string_view name) {
    constexpr std::string_view names[] = {"vm_size",  "vm_rss", "vm_swap", "pgft_maj",
                                          "pgft_min", "dev",    "ino",     "creat_flags"};
    return std::ranges::find(names, name) != std::end(names);
}

// The directory's descriptor stands before the path: `dirfd`, `olddirfd`, `newdir`, ... The result of an open does not
// count.
Fd directory_before(const event::View& event, size_t position) {
    for (size_t i = position; i-- > 1;) {
        const Param param = event.param(i);
        if (param.info->type == ParamType::Fd && param.present()) return static_cast<Fd>(param.as_int());
    }
    return Fd::WorkingDirectory;
}

}  // namespace

bool is_relative_path(const Param& param) {
    const std::string_view path = param.as_text();
    return is_path(param.info->type) && !path.empty() && !state::is_absolute(path) && path != state::unknown_name;
}

Fd directory_of_path(const event::View& event, size_t position) {
    const bool at = event.param(position).info->type == ParamType::FsRelPath;
    return at ? directory_before(event, position) : Fd::WorkingDirectory;
}

std::string_view start_of(Context& context, size_t position) {
    const Param param = context.event.param(position);
    if (state::is_absolute(param.as_text())) return {};
    return context.state.directory(context.event.tid(), directory_of_path(context.event, position));
}

std::string_view absolute_path_of(Context& context, size_t position) {
    const std::string_view path = context.event.param(position).as_text(), directory = start_of(context, position);
    const std::span<char> memory = context.scratch.take(state::join_size(directory, path));
    return {memory.data(), state::join_path(directory, path, memory.data())};
}

ParamText param_text(Context& context, size_t position) {
    const Param param = context.event.param(position);
    if (!param.present()) return {absent_text(param.info->type), {}};
    return text_of(context, param, position);
}

bool path_is_settled(const Context& context, size_t position) {
    const Param param = context.event.param(position);
    const bool moves = (effect_of(context.event.kind()).facts & event::WorkingDirectory) != 0;
    return param.present() && (!moves || state::is_absolute(param.as_text()));
}

bool param_is_settled(const Context& context, size_t position) {
    const Param param = context.event.param(position);
    const CallEffect& effect = effect_of(context.event.kind());
    if (!param.present() || effect.executes || is_result(param.info->name)) return false;
    if (position == 0 && context.event.info().has_result()) return false;
    // What a relative path starts from, and the name of a directory's descriptor, may be another one afterwards.
    const bool moves = (effect.facts & event::WorkingDirectory) != 0;
    if (moves && (is_relative_path(param) || param.info->type == ParamType::Fd)) return false;
    const bool changes_descriptors =
        effect.reconnects || effect.role == DescriptorRole::Duplicated || effect.may_duplicate;
    switch (param.info->type) {
        // The kernel reads the address after us.
        case ParamType::SockAddr:
        case ParamType::SockTuple:
            return false;
        case ParamType::Fd:
            return !changes_descriptors;
        case ParamType::FdList:
            return false;
        // Bits that the kernel's side adds: O_F_CREATED and the layer of the file.
        case ParamType::Flags32:
            return effect.open == OpenForm::None || param.info->name != "flags";
        default:
            return true;
    }
}

}  // namespace bewit::field
