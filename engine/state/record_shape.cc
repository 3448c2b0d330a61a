#include "engine/state/record_shape.h"

#include <array>
#include <string_view>

namespace bewit::state {
namespace {

using event::EventInfo;

struct KindMeaning {
    std::string_view kind;
    Change change;
    Subject subject = Subject::NotDescribed;
};

constexpr std::array meanings = {
    KindMeaning{"clone", Change::Clone},
    KindMeaning{"clone3", Change::Clone},
    KindMeaning{"fork", Change::Clone},
    KindMeaning{"vfork", Change::Clone},
    KindMeaning{"execve", Change::Exec},
    KindMeaning{"execveat", Change::Exec},
    KindMeaning{"procexit", Change::Exit},
    KindMeaning{"prctl", Change::Prctl},
    KindMeaning{"setuid", Change::UserIds},
    KindMeaning{"setreuid", Change::UserIds},
    KindMeaning{"setresuid", Change::UserIds},
    KindMeaning{"setgid", Change::GroupIds},
    KindMeaning{"setregid", Change::GroupIds},
    KindMeaning{"setresgid", Change::GroupIds},
    KindMeaning{"capset", Change::Capabilities},
    KindMeaning{"setns", Change::Namespaces},
    KindMeaning{"unshare", Change::Namespaces},
    KindMeaning{"setsid", Change::Session},
    KindMeaning{"setpgid", Change::ProcessGroup},
    KindMeaning{"chdir", Change::Directory},
    KindMeaning{"fchdir", Change::DirectoryByDescriptor},
    KindMeaning{"chroot", Change::Root},
    KindMeaning{"pivot_root", Change::Root},
    KindMeaning{"useradded", Change::UserAdded},
    KindMeaning{"userdeleted", Change::UserDeleted},
    KindMeaning{"groupadded", Change::GroupAdded},
    KindMeaning{"groupdeleted", Change::GroupDeleted},
    KindMeaning{"open", Change::None, Subject::Open},
    KindMeaning{"openat", Change::None, Subject::Open},
    KindMeaning{"openat2", Change::None, Subject::Open},
    KindMeaning{"creat", Change::None, Subject::Creat},
    KindMeaning{"open_by_handle_at", Change::None, Subject::OpenByHandle},
    KindMeaning{"connect", Change::None, Subject::Connect},
    KindMeaning{"accept", Change::None, Subject::Accept},
    KindMeaning{"accept4", Change::None, Subject::Accept},
    KindMeaning{"bind", Change::None, Subject::Bind},
    KindMeaning{"send", Change::None, Subject::Send},
    KindMeaning{"sendto", Change::None, Subject::Send},
    KindMeaning{"sendmsg", Change::None, Subject::Send},
    KindMeaning{"sendmmsg", Change::None, Subject::Send},
    KindMeaning{"recv", Change::None, Subject::Receive},
    KindMeaning{"recvfrom", Change::None, Subject::Receive},
    KindMeaning{"recvmsg", Change::None, Subject::Receive},
    KindMeaning{"recvmmsg", Change::None, Subject::Receive},
};

Position position(const EventInfo& info, std::string_view name) {
    const auto found = info.param(name);
    return found ? static_cast<Position>(*found) : absent;
}
Position position(const EventInfo& info, std::string_view name, std::string_view other_name) {
    const Position found = position(info, name);
    return found != absent ? found : position(info, other_name);
}

Shape make_shape(const KindMeaning& meaning, const EventInfo& info) {
    return {.change = meaning.change,
            .subject = meaning.subject,
            .descriptor = position(info, "fd"),
            .directory = position(info, "dirfd"),
            .name = position(info, "name", "path"),
            .flags = position(info, "flags", "creat_flags"),
            .device = position(info, "dev"),
            .inode = position(info, "ino"),
            .tuple = position(info, "tuple"),
            .address = position(info, "addr")};
}

std::array<Shape, event::max_kinds> make_shapes() {
    std::array<Shape, event::max_kinds> shapes{};
    for (const KindMeaning& meaning : meanings) {
        const auto kind = event::find_kind(meaning.kind);
        if (!kind) continue;
        Shape& shape = shapes[event::index(*kind)];
        const EventInfo* info = event::kind_event(*kind);
        // A generic syscall has no parameters.
        shape = info == nullptr ? Shape{.change = meaning.change} : make_shape(meaning, *info);
    }
    return shapes;
}

TaskPositions make_positions(const EventInfo& info) {
    return {.exe = position(info, "exe"),
            .args = position(info, "args"),
            .pid = position(info, "pid"),
            .parent = position(info, "ptid"),
            .cwd = position(info, "cwd"),
            .fd_limit = position(info, "fdlimit"),
            .faults_major = position(info, "pgft_maj"),
            .faults_minor = position(info, "pgft_min"),
            .vm_size = position(info, "vm_size"),
            .vm_rss = position(info, "vm_rss"),
            .vm_swap = position(info, "vm_swap"),
            .comm = position(info, "comm"),
            .cgroups = position(info, "cgroups"),
            .flags = position(info, "flags"),
            .uid = position(info, "uid"),
            .gid = position(info, "gid"),
            .vtid = position(info, "vtid"),
            .vpid = position(info, "vpid"),
            .environment = position(info, "env"),
            .tty = position(info, "tty"),
            .vpgid = position(info, "vpgid"),
            .pgid = position(info, "pgid"),
            .login_uid = position(info, "loginuid"),
            .cap_inheritable = position(info, "cap_inheritable"),
            .cap_permitted = position(info, "cap_permitted"),
            .cap_effective = position(info, "cap_effective"),
            .exe_inode = position(info, "exe_ino"),
            .exe_ctime = position(info, "exe_ino_ctime"),
            .exe_mtime = position(info, "exe_ino_mtime"),
            .exe_path = position(info, "trusted_exepath")};
}

}  // namespace

const Shape& shape_of(event::Kind kind) {
    static const std::array<Shape, event::max_kinds> shapes = make_shapes();
    return shapes[event::index(kind)];
}

const TaskPositions& clone_positions() {
    static const TaskPositions positions = make_positions(*event::find_event("clone"));
    return positions;
}

const TaskPositions& exec_positions() {
    static const TaskPositions positions = make_positions(*event::find_event("execve"));
    return positions;
}

}  // namespace bewit::state
