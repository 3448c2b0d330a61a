// From stopped threads to event records.
//
// One table, engine/event/call_table.inc, says for every event type where each parameter comes from: a register, a
// string or a structure in the thread's memory at the call's entry, the result, or kernel state looked at after the
// call. What the thread hands over is read at the entry and never again: what the kernel acted on is confirmed from the
// kernel (docs/security.md, rows B1 and B2). Only what the kernel itself wrote into the thread's memory is read after
// the call.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/event/builder.h"
#include "engine/event/witness.h"
#include "engine/match/interest.h"
#include "tracer/syscall_stop.h"

namespace bewit::tracer {

// What is kept of a call between its entry and its exit. Reused by one call after another (tracer/calls.h): its strings
// keep their memory.
struct PendingCall {
    SyscallStop stop;
    event::Kind kind{};
    // Strings and structures as read at the entry, in the slots that the table gives them. A bit for each slot: of
    // `present` when there is something, so that NULL is told from "", of `truncated` when there would be more.
    std::array<std::string, 4> memory;
    uint8_t present = 0;
    uint8_t truncated = 0;
    bool unreadable = false;  // something that was given is not there to be read, by bewit at least
};

struct ExitFacts {
    int status = 0;  // wait status (waitpid(2))
    Tid reaper = Tid::None;
};

class Decoder {
public:
    // `interest.facts` decides which facts of a process an exec record carries. `witness` must outlive the decoder.
    Decoder(const match::Interest& interest, event::Witness& witness);
    ~Decoder();

    // Every View is valid until the next call of this decoder.

    // At the entry: reads what the record needs into `call`. The record's result, and whatever only the exit can tell,
    // is absent. For a number that the ABI does not have, the generic record of kind `unknown`.
    event::View enter(const SyscallStop& stop, PendingCall& call);
    // After the call. `result` is the value that the kernel returned: negative errno on failure.
    event::View leave(const PendingCall& call, int64_t result);

    // PTRACE_EVENT_EXEC: the new image is in place. `call` is the execve or execveat that led here, null where it was
    // not seen. `parent` is the parent's thread group leader as the workload sees it: Tid 0 for the entrypoint, which
    // has none.
    event::View executed(Tid tid, Tid parent, const PendingCall* call);
    // The child's own record (result 0), made when the child first stops. `kind_name` is "fork", "vfork", "clone" or
    // "clone3"; `flags` the kernel's CLONE_* bits (clone(2)).
    event::View cloned(Tid parent, Tid child, Pid child_pid, std::string_view kind_name, uint64_t flags);
    // The parent's record of the same call.
    event::View cloned_child(Tid parent, Tid child, std::string_view kind_name, uint64_t flags);
    event::View exited(Tid tid, const ExitFacts& facts);
    event::View signal_delivered(Tid tid, Tid sender, int signal);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace bewit::tracer
