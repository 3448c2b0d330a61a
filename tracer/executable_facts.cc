#include "tracer/executable_facts.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <string_view>

namespace bewit::tracer {
namespace {

constexpr std::string_view deleted = " (deleted)";
constexpr std::string_view memfd = "/memfd:";
constexpr uint64_t second = 1'000'000'000;
constexpr long read_only = 1;  // ST_RDONLY, statvfs(3)

uint64_t nanoseconds(const statx_timestamp& time) { return static_cast<uint64_t>(time.tv_sec) * second + time.tv_nsec; }

bool has(uint64_t capabilities, unsigned number) { return (capabilities >> number & 1) != 0; }

bool writable(const struct statx& file, const struct statfs& filesystem, const StatusText& who) {
    if ((filesystem.f_flags & read_only) != 0 || (file.stx_attributes & STATX_ATTR_IMMUTABLE) != 0) return false;
    if (file.stx_uid == who.filesystem_uid) return true;
    const bool in_group = file.stx_gid == who.filesystem_gid || holds_group(who.groups, file.stx_gid);
    if ((file.stx_mode & (in_group ? S_IWGRP : S_IWOTH)) != 0) return true;
    return has(who.cap_effective, CAP_DAC_OVERRIDE) || has(who.cap_effective, CAP_FOWNER);
}

void forget(event::ProcessFacts& facts) {
    facts.exe_path.clear();
    facts.exe_inode = facts.exe_ctime_ns = facts.exe_mtime_ns = 0;
    facts.exe_writable = facts.exe_upper_layer = facts.exe_lower_layer = facts.exe_from_memfd = false;
}

}  // namespace

void read_executable(ProcReader& proc, Tid tid, const StatusText& status, uint64_t container_start_ns,
                     event::ProcessFacts& facts) {
    forget(facts);
    if (!proc.link(tid, "exe", facts.exe_path)) return;
    facts.exe_from_memfd = facts.exe_path.starts_with(memfd);
    if (facts.exe_path.ends_with(deleted)) facts.exe_path.resize(facts.exe_path.size() - deleted.size());

    const UniqueFd exe = proc.open(tid, "exe", O_PATH);
    struct statx file {};
    struct statfs filesystem {};
    if (!exe || statx(exe.get(), "", AT_EMPTY_PATH, STATX_BASIC_STATS, &file) != 0) return;
    if (fstatfs(exe.get(), &filesystem) != 0) return;
    facts.exe_inode = file.stx_ino;
    facts.exe_ctime_ns = nanoseconds(file.stx_ctime);
    facts.exe_mtime_ns = nanoseconds(file.stx_mtime);
    facts.exe_writable = writable(file, filesystem, status);
    const bool on_overlay = filesystem.f_type == OVERLAYFS_SUPER_MAGIC;
    facts.exe_upper_layer = on_overlay && facts.exe_ctime_ns > container_start_ns;
    facts.exe_lower_layer = on_overlay && !facts.exe_upper_layer;
}

}  // namespace bewit::tracer
