// The one catalogue of event types: what rules call them, their parameters and the tables of symbolic names.
//
// Ids, names, parameter names, parameter types and flag encodings are those of Falco's event table (driver schema 4),
// because rules and captures rest on them. Only current types are here: exit events, and the few that have one
// direction.
//
// Two ways to name what happened:
//   EventId  the number in a record, one per entry of the table (`openat` is 307);
//   Kind     the number of an `evt.type` name. It is dense, and it also tells apart the syscalls that share the one
//            generic event id (`mount_setattr`, `getrandom`, ...). Rules are indexed by it. It holds for one build of
//            the program only: what outlives it stores names.
// All data is constant and lives for the whole program; every function may be called from any thread.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace bewit::event {

// Type of a parameter's bytes. Names follow the reference; the encodings are in record.h and the `.scap` format.
// clang-format off
enum class ParamType : uint8_t {
    None, Int8, Int16, Int32, Int64, Uint8, Uint16, Uint32, Uint64, CharBuf, ByteBuf, Errno, SockAddr, SockTuple, Fd,
    Pid, FdList, FsPath, FsRelPath, SyscallId, SigType, RelTime, AbsTime, Port, Dyn, Bool, Double, Uid, Gid, Mode,
    SigSet, Flags8, Flags16, Flags32, EnumFlags8, EnumFlags16, EnumFlags32, IpAddr, IpNet, Ipv4Addr, Ipv6Addr, Fd32,
    Pid32, CharBufArray, L4Proto,
};
// clang-format on

// How a number is printed.
enum class PrintFormat : uint8_t { None, Dec, Hex, TenPad, Id, Dir, Oct };

// Bits of EventInfo::flags.
// clang-format off
enum EventFlag : uint32_t {
    CreatesFd = 1u << 0, UsesFd = 1u << 1, DestroysFd = 1u << 2, ReadsFd = 1u << 3, WritesFd = 1u << 4,
    ModifiesState = 1u << 5, Waits = 1u << 6, SkipParse = 1u << 7, LargePayload = 1u << 8,
    SyscallCategory = 1u << 9, TracepointCategory = 1u << 10, MetaCategory = 1u << 11, PluginCategory = 1u << 12,
    IterCategory = 1u << 13,
};
// clang-format on

// clang-format off
enum class Category : uint8_t {
    Unknown, Other, File, Net, Ipc, Memory, Process, Sleep, System, Signal, User, Time, Processing, IoRead, IoWrite,
    IoOther, Wait, Scheduler, Internal,
};
// clang-format on

struct NamedValue {
    std::string_view name;
    uint32_t value;
};
using NameTable = std::span<const NamedValue>;

struct ParamInfo {
    std::string_view name;
    ParamType type;
    PrintFormat format;
    NameTable names;  // empty unless the type is one of Flags*, EnumFlags* or Mode
};

enum class EventId : uint16_t { Generic = 1 };
enum class Kind : uint16_t {};

constexpr size_t max_kinds = 512;
using KindSet = std::bitset<max_kinds>;

struct EventInfo {
    EventId id;
    std::string_view name;
    Category category;
    uint32_t flags;  // EventFlag bits
    std::span<const ParamInfo> params;

    bool has(EventFlag flag) const { return (flags & flag) != 0; }
    // Whether the first parameter is the call's return value: that of every syscall but the generic ones and the few
    // without parameters. It is called `res`, `fd`, or `uid` and the like.
    bool has_result() const;
    // Position of the parameter called `name`.
    std::optional<size_t> param(std::string_view name) const;
};

// Every current event type, by rising id.
std::span<const EventInfo> all_events();
// nullptr when the id is unknown or no longer current.
const EventInfo* find_event(EventId id);
// The exit (or only) event of that name; nullptr for generic syscalls and unknown names.
const EventInfo* find_event(std::string_view name);

// Number of kinds; every Kind is below it.
size_t kind_count();
std::optional<Kind> find_kind(std::string_view evt_type_name);
std::string_view kind_name(Kind kind);
// nullptr for a kind that is a generic syscall (its EventId is Generic). The kind named `unknown` is one: it stands for
// the syscalls that no table knows.
const EventInfo* kind_event(Kind kind);
// For a generic record, `syscall_id` is its parameter `ID`, which holds the Kind's number; `unknown` when that is no
// generic kind. For others it is not looked at.
Kind kind_of(EventId id, uint16_t syscall_id);

// The number by which `.scap` captures know a generic syscall: there it is the parameter `ID`. 0 for `unknown`, and for
// kinds that are not generic.
uint16_t capture_syscall_id(Kind kind);
// The generic kind of that number; `unknown` when there is none.
Kind kind_of_capture_syscall_id(uint16_t capture_id);

constexpr size_t index(Kind kind) { return static_cast<size_t>(kind); }

// Bytes of a value of that type; 0 for the types whose values vary in length.
constexpr size_t type_width(ParamType type) {
    switch (type) {
        using enum ParamType;
        case Int8:
        case Uint8:
        case SigType:
        case Flags8:
        case EnumFlags8:
        case L4Proto:
            return 1;
        case Int16:
        case Uint16:
        case SyscallId:
        case Port:
        case Flags16:
        case EnumFlags16:
            return 2;
        case Int32:
        case Uint32:
        case Bool:
        case Uid:
        case Gid:
        case Mode:
        case SigSet:
        case Flags32:
        case EnumFlags32:
        case Ipv4Addr:
        case Fd32:
        case Pid32:
            return 4;
        case Int64:
        case Uint64:
        case Errno:
        case Fd:
        case Pid:
        case RelTime:
        case AbsTime:
        case Double:
            return 8;
        case Ipv6Addr:
            return 16;
        default:
            return 0;
    }
}

// Text of a category as `evt.category` prints it. "unknown" for the I/O categories, whose text the descriptor decides.
std::string_view category_name(Category category);
// "CHARBUF", "FLAGS32", ...: the reference's name of a type.
std::string_view type_name(ParamType type);
// "ENOENT" for 2; empty when unknown. Takes the positive number (errno(3)).
std::string_view errno_name(int number);
// "SIGTERM" for 15; empty when unknown (signal(7)).
std::string_view signal_name(int number);

// The text of a flag set as Falco prints it: FLAGS take names off in table order, ENUMFLAGS print every equal name,
// MODE stops at the first name that equals the whole value. Appends to `out`, joined by `|`; appends nothing when no
// name applies.
void append_names(ParamType type, NameTable names, uint32_t value, std::string& out);

}  // namespace bewit::event
