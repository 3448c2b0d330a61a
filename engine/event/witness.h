// Facts that no event carried: how the state asks whoever can look at the kernel.
//
// The tracer answers from /proc, pidfd_getfd(2) and getsockname(2) while the thread is stopped; a capture's reader
// answers from the tables in the file; a unit test answers what it likes. The engine itself never looks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/event/descriptor.h"
#include "engine/event/kernel_types.h"

namespace bewit::event {

// Groups of process facts, by what it costs to get them and by how long they hold.
enum FactGroup : uint32_t {
    IdentityFacts = 1u << 0,     // tgid, parent, start time, sid, pgid, tty: /proc/TID/stat and status
    CommFact = 1u << 1,          // comm: until prctl(PR_SET_NAME) or exec
    ImageFacts = 1u << 2,        // argv, exe path and its inode: until exec
    EnvironmentFact = 1u << 3,   // until exec
    CredentialFacts = 1u << 4,   // ids and capabilities: until a credential syscall or exec
    WorkingDirectory = 1u << 5,  // volatile
    LoginUidFact = 1u << 6,      // inherited, practically constant
    CgroupFacts = 1u << 7,
    ResourceFacts = 1u << 8,  // memory, faults, limits, descriptor count, threads: volatile
};

// What a process looked like when it was asked for. Only members of the wanted groups are filled.
struct ProcessFacts {
    // IdentityFacts
    Pid pid = Pid::None;
    Pid parent = Pid::None;
    int64_t vpid = -1, vtid = -1;  // in the process's innermost pid namespace
    int64_t sid = -1, pgid = -1, vpgid = -1;
    uint32_t tty = 0;            // controlling terminal's device number, 0 if none
    uint64_t start_time_ns = 0;  // since the epoch
    // CommFact
    std::string comm;
    // ImageFacts
    std::vector<std::string> argv;  // argv[0] first
    std::string exe_path;           // without " (deleted)"
    uint64_t exe_inode = 0, exe_ctime_ns = 0, exe_mtime_ns = 0;
    bool exe_writable = false, exe_upper_layer = false, exe_lower_layer = false, exe_from_memfd = false;
    // EnvironmentFact
    std::vector<std::string> environment;  // NAME=value
    // CredentialFacts
    uint32_t uid = 0, gid = 0;  // effective
    uint64_t cap_inheritable = 0, cap_permitted = 0, cap_effective = 0;
    // WorkingDirectory
    std::string cwd;  // absolute
    // LoginUidFact
    uint32_t login_uid = UINT32_MAX;  // UINT32_MAX when unset
    // CgroupFacts
    std::vector<std::string> cgroups;  // "subsystem=path"
    // ResourceFacts
    uint64_t vm_size_kb = 0, vm_rss_kb = 0, vm_swap_kb = 0, faults_major = 0, faults_minor = 0;
    int64_t fd_limit = -1;
    uint64_t fd_count = 0, threads = 0;
};

// Where the name of a file leads that is about to be opened.
enum class NameLeads : uint8_t {
    AsGiven,    // through no symbolic link
    Elsewhere,  // to a file of another name
    Unknown,    // whoever was asked could not look
};

class Witness {
public:
    virtual ~Witness() = default;
    // Fills the groups in `wanted` (FactGroup bits) of `facts` and returns the bits that could be filled: 0 when the
    // thread is gone.
    virtual uint32_t process(Tid tid, uint32_t wanted, ProcessFacts& facts) = 0;
    // What descriptor `fd` of that thread is now. False when it is closed or cannot be looked at.
    virtual bool descriptor(Tid tid, Fd fd, Descriptor& out) = 0;
    // Where `name` leads if that thread opens it now, beginning at the directory `from` where it is relative. `to`: the
    // other name, absolute and without symbolic links; anything unless it leads elsewhere. Who never looks takes names
    // as they are given.
    virtual NameLeads name(Tid /*tid*/, Fd /*from*/, std::string_view /*name*/, std::string& /*to*/) {
        return NameLeads::AsGiven;
    }
    // A source that sees every call that could change it tells whether all threads have the root directory and the
    // mounts of the witness itself: names are then looked up without asking for them. Until it is told so, they may
    // not.
    virtual void share_root(bool /*shared*/) {}
};

}  // namespace bewit::event
