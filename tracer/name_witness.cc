#include "tracer/name_witness.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

namespace bewit::tracer {
namespace {

using event::NameLeads;

UniqueFd look_at(const UniqueFd& start, const std::string& name, uint64_t resolve) {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC;
    how.resolve = resolve;
    return UniqueFd(static_cast<int>(syscall(SYS_openat2, start.get(), name.c_str(), &how, sizeof how)));
}

std::string start_of(bool absolute, Fd from) {
    if (absolute) return "root";
    return from == Fd::WorkingDirectory ? "cwd" : "fd/" + std::to_string(raw(from));
}

}  // namespace

NameLeads NameWitness::look(Tid tid, Fd from, std::string_view name, std::string& to) {
    name_.assign(name);
    const bool absolute = name.starts_with('/');
    const UniqueFd start = proc_.open(tid, start_of(absolute, from), O_PATH);
    if (!start) return NameLeads::Unknown;
    const uint64_t scope = absolute ? RESOLVE_IN_ROOT : 0;
    // A name that is not there, or not yet, leads nowhere else.
    if (look_at(start, name_, scope | RESOLVE_NO_SYMLINKS) || errno == ENOENT || errno == ENOTDIR) return NameLeads::AsGiven;
    if (errno != ELOOP) return NameLeads::Unknown;

    const UniqueFd file = look_at(start, name_, scope | RESOLVE_NO_MAGICLINKS);
    if (!file) return NameLeads::Unknown;
    std::string root;
    const bool same_root = proc_.link(tid, "root", root) && root == "/";
    const bool told = proc_.link(Tid{getpid()}, "fd/" + std::to_string(file.get()), to);
    return same_root && told && to.starts_with('/') && !to.starts_with("/proc/") ? NameLeads::Elsewhere : NameLeads::Unknown;
}

}  // namespace bewit::tracer
