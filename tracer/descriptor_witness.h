// What a descriptor of a thread is: /proc/TID/fd for its kind and name, a duplicate of it (pidfd_getfd(2)) for a
// socket's addresses.
#pragma once

#include <sys/stat.h>

#include <string>

#include "base/unique_fd.h"
#include "engine/event/descriptor.h"
#include "engine/event/kernel_types.h"
#include "tracer/proc_reader.h"

namespace bewit::tracer {

// Not thread-safe. `proc` must outlive it.
class DescriptorWitness {
public:
    explicit DescriptorWitness(ProcReader& proc) : proc_(proc) {}

    // False when the descriptor is closed or cannot be looked at. `out` is overwritten; its strings keep their memory.
    bool describe(Tid tid, Fd fd, event::Descriptor& out);

private:
    void describe_file(Tid tid, Fd fd, event::Descriptor& out);
    bool describe_socket(Tid tid, Fd fd, event::Descriptor& out);
    bool describe_duplicate(int socket, event::Descriptor& out);
    bool describe_by_inode(Tid tid, event::Descriptor& out);
    UniqueFd duplicate(Tid tid, Fd fd);
    UniqueFd open_process(Tid tid);

    ProcReader& proc_;
    std::string tables_;         // /proc/TID/net/*, where sockets cannot be duplicated
    bool thread_pidfds_ = true;  // PIDFD_THREAD works, Linux 6.9
};

}  // namespace bewit::tracer
