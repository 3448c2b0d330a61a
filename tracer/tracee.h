// What the tracer keeps of one thread of the workload.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/event/kernel_types.h"
#include "tracer/decoder.h"
#include "tracer/runtime/runtime.h"
#include "tracer/tracee_memory.h"

namespace bewit::tracer {

// How a thread came to be (clone(2)).
struct Birth {
    Tid parent = Tid::None;  // the thread that made it; with CLONE_PARENT its own parent, the entrypoint for bewit
    Pid pid = Pid::None;     // the new thread's group
    std::string_view call_name = "clone";  // "fork", "vfork", "clone" or "clone3"
    uint64_t flags = 0;                    // CLONE_*
};

struct Tracee {
    enum class Stage : uint8_t {
        Announced,  // its parent's CloneStop told of it; it has not stopped yet
        Parked,     // it stopped first, with `parked_status`, and waits until its lineage is known
        SettingUp,  // bewit's own child on its way to the entrypoint's image: nothing it does is the workload's
        Found,      // appeared without a parent that is watched: what it runs is told at its first stop
        Watched,
    };

    Tid tid = Tid::None;
    Pid pid = Pid::None;  // its thread group
    Stage stage = Stage::Watched;
    bool to_exit = false;         // resumed so that the exit of `call` stops
    bool forced = false;          // the exit of `call` is an event whatever the rules say: bewit changed or refused it
    uint64_t waits_since_ns = 0;  // of a call that was made again after a signal that is ignored: its exit stops, too
                                  // (ignored_signal.h); else 0
    int parked_status = 0;
    PendingCall* call = nullptr;  // owned by Calls; what was read at the entry of the call it is in
    Birth birth;

    // Of a thread group's leader only.
    Tid parent = Tid::None;      // leader of the parent process as the workload sees it; Tid 0 for the entrypoint
    uint64_t parent_serial = 0;  // of that leader, since numbers are used again
    uint32_t others = 0;         // threads of its group beside it
    uint64_t others_tids = 0;    // their tids, combined by exclusive or: the tid itself where there is one

    RuntimeState runtime{};
    MemoryFile memory{};  // only where bewit does not see all memory

    uint64_t serial = 0;  // never used twice

    bool is_leader() const { return raw(tid) == raw(pid); }
};

}  // namespace bewit::tracer
