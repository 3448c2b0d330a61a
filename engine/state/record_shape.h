// What a kind of event means to the state, and where in its record the parameters stand. Read off the event catalogue
// once, so that no name is compared while events flow.
#pragma once

#include <cstdint>
#include <limits>

#include "engine/event/catalogue.h"

namespace bewit::state {

// What happens to threads and users.
enum class Change : uint8_t {
    None,
    Clone,
    Exec,
    Exit,
    Prctl,
    UserIds,
    GroupIds,
    Capabilities,
    Namespaces,
    Session,
    ProcessGroup,
    Directory,
    DirectoryByDescriptor,
    Root,
    UserAdded,
    UserDeleted,
    GroupAdded,
    GroupDeleted,
};

// How the record describes the descriptor that the event is about.
enum class Subject : uint8_t { NotDescribed, Open, Creat, OpenByHandle, Connect, Accept, Bind, Send, Receive };

// Position of a parameter. `absent` is beyond every record, so that View::param() answers with an absent value.
using Position = uint8_t;
inline constexpr Position absent = std::numeric_limits<Position>::max();

struct Shape {
    Change change = Change::None;
    Subject subject = Subject::NotDescribed;
    Position descriptor = absent;  // of the parameter `fd`
    Position directory = absent;   // `dirfd`
    Position name = absent;        // `name`, `path`
    Position flags = absent;       // `flags`, `creat_flags`
    Position device = absent;
    Position inode = absent;
    Position tuple = absent;
    Position address = absent;
};
// Valid for the whole program.
const Shape& shape_of(event::Kind kind);

// Parameters of clone, fork, vfork, clone3, execve and execveat. Those that only one family has are absent in the
// other.
struct TaskPositions {
    Position exe, args, pid, parent, cwd, fd_limit, faults_major, faults_minor, vm_size, vm_rss, vm_swap, comm, cgroups,
        flags, uid, gid;
    Position vtid = absent, vpid = absent;
    Position environment = absent, tty = absent, vpgid = absent, pgid = absent, login_uid = absent,
             cap_inheritable = absent, cap_permitted = absent, cap_effective = absent, exe_inode = absent,
             exe_ctime = absent, exe_mtime = absent, exe_path = absent;
};
const TaskPositions& clone_positions();
const TaskPositions& exec_positions();

}  // namespace bewit::state
