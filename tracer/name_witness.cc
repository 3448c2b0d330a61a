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

NameWitness::NameWitness(ProcReader& proc) : proc_(proc), root_(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)) { fstat(root_.get(), &root_status_); }

bool NameWitness::is_own_root(const UniqueFd& root) const {
    struct stat status {};
    return fstat(root.get(), &status) == 0 && status.st_dev == root_status_.st_dev && status.st_ino == root_status_.st_ino;
}

NameLeads NameWitness::look(Tid tid, Fd from, std::string_view name, std::string& to) {
    name_.assign(name);
    const bool absolute = name.starts_with('/');
    const UniqueFd opened = proc_.open(tid, start_of(absolute, from), O_PATH);
    if (!opened && !absolute) return NameLeads::Unknown;
    if (opened && absolute && !is_own_root(opened)) return NameLeads::Unknown;
    const UniqueFd& start = opened ? opened : root_;
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
