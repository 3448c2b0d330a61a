// What the three tables of syscalls share: the form in which they are written, and the index that the compiler makes of
// one.
#pragma once

#include "engine/event/kind_table.h"
#include "engine/event/syscalls.h"

namespace bewit::event::table {

// A syscall of whose name the event's name is not the kernel's: the variants that 32-bit ABIs have with wider
// arguments, and the few that the catalogue calls otherwise. fchmodat2(2) is fchmodat(2) with flags: its generic event
// would hide the mode from rules that look for setuid bits. Sorted by the kernel's name.
struct Alias {
    std::string_view kernel;
    std::string_view event;
};

// clang-format off
constexpr Alias aliases[] = {
    {"_llseek", "llseek"}, {"chown32", "chown"}, {"clock_adjtime64", "clock_adjtime"},
    {"clock_getres_time64", "clock_getres"}, {"clock_gettime64", "clock_gettime"},
    {"clock_nanosleep_time64", "clock_nanosleep"}, {"clock_settime64", "clock_settime"}, {"fadvise64_64", "fadvise64"},
    {"fchmodat2", "fchmodat"}, {"fchown32", "fchown"}, {"fcntl64", "fcntl"}, {"ftruncate64", "ftruncate"}, {"futex_time64", "futex"},
    {"getegid32", "getegid"}, {"geteuid32", "geteuid"}, {"getgid32", "getgid"}, {"getgroups32", "getgroups"},
    {"getresgid32", "getresgid"}, {"getresuid32", "getresuid"}, {"getuid32", "getuid"},
    {"io_pgetevents_time64", "io_pgetevents"}, {"lchown32", "lchown"}, {"mq_timedreceive_time64", "mq_timedreceive"},
    {"mq_timedsend_time64", "mq_timedsend"}, {"ppoll_time64", "ppoll"}, {"pread64", "pread"}, {"prlimit64", "prlimit"},
    {"pselect6_time64", "pselect6"}, {"pwrite64", "pwrite"}, {"recvmmsg_time64", "recvmmsg"},
    {"rt_sigtimedwait_time64", "rt_sigtimedwait"}, {"sched_rr_get_interval_time64", "sched_rr_get_interval"},
    {"semtimedop_time64", "semtimedop"}, {"sendfile64", "sendfile"}, {"setfsgid32", "setfsgid"},
    {"setfsuid32", "setfsuid"},
    {"setgid32", "setgid"}, {"setgroups32", "setgroups"}, {"setregid32", "setregid"}, {"setresgid32", "setresgid"},
    {"setresuid32", "setresuid"}, {"setreuid32", "setreuid"}, {"setuid32", "setuid"},
    {"timer_gettime64", "timer_gettime"},
    {"timer_settime64", "timer_settime"}, {"timerfd_gettime64", "timerfd_gettime"},
    {"timerfd_settime64", "timerfd_settime"}, {"truncate64", "truncate"}, {"ugetrlimit", "getrlimit"},
    {"utimensat_time64", "utimensat"}, {"vm86old", "vm86"},
};
// clang-format on
static_assert(std::ranges::is_sorted(aliases, {}, &Alias::kernel));

constexpr std::string_view event_name(std::string_view kernel_name) {
    const auto* found = std::ranges::lower_bound(aliases, kernel_name, {}, &Alias::kernel);
    return found != std::end(aliases) && found->kernel == kernel_name ? found->event : kernel_name;
}

constexpr Kind kind_of_syscall(std::string_view kernel_name) {
    const size_t position = position_of_kind(event_name(kernel_name));
    return position == kind_total ? unknown_kind : Kind{static_cast<uint16_t>(position)};
}

// Where a number's syscall is, and what event it makes: one load for each question that the traced path asks.
struct Entry {
    uint16_t position = UINT16_MAX;  // in the table; UINT16_MAX when the number is no syscall
    Kind kind = unknown_kind;
};

struct Index {
    std::span<const Syscall> syscalls;
    std::span<const Entry> by_number;
};

// One more than the highest number of a table, which rises.
template <size_t Count>
constexpr size_t number_limit(const Syscall (&syscalls)[Count]) {
    return syscalls[Count - 1].number + size_t{1};
}

template <size_t Limit>
constexpr std::array<Entry, Limit> entries_of(std::span<const Syscall> syscalls) {
    std::array<Entry, Limit> entries{};
    for (size_t i = 0; i < syscalls.size(); ++i) {
        entries[syscalls[i].number] = {static_cast<uint16_t>(i), kind_of_syscall(syscalls[i].name)};
    }
    return entries;
}

constexpr bool rises(std::span<const Syscall> syscalls) {
    return std::ranges::adjacent_find(syscalls, std::ranges::greater_equal{}, &Syscall::number) == syscalls.end();
}

extern const Index x86_64_index;
extern const Index i386_index;
extern const Index aarch64_index;

}  // namespace bewit::event::table
