#include "tracer/name_witness.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>

namespace bewit::tracer {

using event::NameLeads;

NameWitness::NameWitness(ProcReader& proc) : proc_(proc), root_(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)) {
    fstat(root_.get(), &root_status_);
}

bool NameWitness::is_own_root(const UniqueFd& root) const {
    struct stat status {};
    return fstat(root.get(), &status) == 0 && status.st_dev == root_status_.st_dev &&
           status.st_ino == root_status_.st_ino;
}

UniqueFd NameWitness::look_at(int start, uint64_t flags, uint64_t resolve) const {
    open_how how{};
    how.flags = O_PATH | O_CLOEXEC | flags;
    how.resolve = resolve;
    return UniqueFd(static_cast<int>(syscall(SYS_openat2, start, name_.c_str(), &how, sizeof how)));
}

// Where the look begins; nowhere where that cannot be told.
NameWitness::Start NameWitness::start(Tid tid, bool absolute, Fd from) {
    if (!absolute) {
        opened_ = proc_.open(tid, from == Fd::WorkingDirectory ? "cwd" : "fd/" + std::to_string(raw(from)), O_PATH);
        return {.directory = opened_.get(), .known = static_cast<bool>(opened_)};
    }
    if (root_is_shared_) return {.directory = AT_FDCWD};
    opened_ = proc_.open(tid, "root", O_PATH);
    if (!opened_) return {.directory = root_.get(), .scope = RESOLVE_IN_ROOT};
    return {.directory = opened_.get(), .scope = RESOLVE_IN_ROOT, .known = is_own_root(opened_)};
}

bool NameWitness::shares_root(Tid tid) {
    std::string root;
    return root_is_shared_ || (proc_.link(tid, "root", root) && root == "/");
}

NameLeads NameWitness::look(Tid tid, Fd from, std::string_view name, std::string& to) {
    name_.assign(name);
    const Start begin = start(tid, name.starts_with('/'), from);
    const NameLeads leads = begin.known ? look_from(begin, tid, to) : NameLeads::Unknown;
    opened_.reset();
    return leads;
}

NameLeads NameWitness::look_from(const Start& begin, Tid tid, std::string& to) {
    // What is asked for as a directory and is none is found, but not opened, which is quicker.
    if (look_at(begin.directory, O_DIRECTORY, begin.scope | RESOLVE_NO_SYMLINKS) || errno == ENOTDIR)
        return NameLeads::AsGiven;
    // A name that is not there, or not yet, leads nowhere else.
    if (errno == ENOENT) return NameLeads::AsGiven;
    if (errno != ELOOP) return NameLeads::Unknown;

    const UniqueFd file = look_at(begin.directory, 0, begin.scope | RESOLVE_NO_MAGICLINKS);
    const bool told = file && shares_root(tid) && proc_.link(Tid{getpid()}, "fd/" + std::to_string(file.get()), to);
    return told && to.starts_with('/') && !to.starts_with("/proc/") ? NameLeads::Elsewhere : NameLeads::Unknown;
}

}  // namespace bewit::tracer
