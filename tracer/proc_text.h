// What the texts of /proc/TID say (proc_pid_stat(5), proc_pid_status(5), proc_pid_cgroup(5)). Pure functions of the
// text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bewit::tracer {

// /proc/TID/stat
struct StatText {
    std::string_view comm;
    int64_t parent = 0, group = 0, session = 0;
    uint32_t tty = 0;
    uint64_t minor_faults = 0, major_faults = 0, threads = 0;
    uint64_t start_ticks = 0;  // since boot, in units of sysconf(_SC_CLK_TCK)
};
std::optional<StatText> parse_stat(std::string_view text);

// /proc/TID/status. What the kernel does not tell keeps its first value. Parsing allocates nothing.
struct StatusText {
    char state = '?';                                                       // 'Z' has ended and was not waited for
    int64_t group = -1, parent = -1, tracer = -1;                           // Tgid, PPid, TracerPid
    int64_t seccomp = -1;                                                   // its mode
    int64_t inner_group = -1, inner_thread = -1, inner_process_group = -1;  // in the innermost pid namespace
    uint32_t real_uid = UINT32_MAX;
    uint32_t effective_uid = 0, effective_gid = 0, filesystem_uid = 0, filesystem_gid = 0;
    std::string_view groups;  // of the credentials: "0 1 27 "
    uint64_t cap_inheritable = 0, cap_permitted = 0, cap_effective = 0;
    uint64_t signals_ignored = 0, signals_caught = 0, signals_pending = 0;  // SigIgn, SigCgt, ShdPnd
    uint64_t vm_size_kb = 0, vm_rss_kb = 0, vm_swap_kb = 0;
};
StatusText parse_status(std::string_view text);

// Whether `groups` of a status holds `gid`.
bool holds_group(std::string_view groups, uint32_t gid);

// Strings that end with a NUL each (the last one may lack it), into `out`, whose strings keep their memory.
void split_at_nul(std::string_view text, std::vector<std::string>& out);

// The lines of /proc/TID/cgroup as "controller=path". A cgroup of version 2 stands for the controllers that it usually
// has, as Falco has it, unless there are some of version 1.
void parse_cgroups(std::string_view text, std::vector<std::string>& out);

// The soft limit in the line "Max open files" of /proc/TID/limits; -1 when there is none. "unlimited" is INT64_MAX.
int64_t parse_open_files_limit(std::string_view text);

}  // namespace bewit::tracer
