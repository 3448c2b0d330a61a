// One thread, and what is known of the process it belongs to.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/event/witness.h"

namespace bewit::state {

// A place for what engine/match computes about a thread and its ancestors, so that it needs no table of its own. The
// state never looks inside. Valid as long as `key` is State::image_key() of the thread; 0 is never such a key.
struct LeafCache {
    uint64_t key = 0;
    std::vector<uint64_t> bits;
};

// A thread of the workload. Threads of one process have one leader, and facts of the image live there: environment,
// arguments, executable, working directory, login uid, cgroups and resources are the process's; ids, comm and
// credentials each thread's own. Owned by the state; the address holds until the thread is forgotten. Members are for
// reading, `leaves` is for engine/match.
//
// What can be cached by image_key(): everything that rests on comm, image, environment, credentials, session and
// parentage of this process and of all its ancestors. Not: the working directory, tty, process groups, resources, and
// the leader of a process group, which need not be an ancestor. The scheme: `image` is a number that no other change of
// any thread ever had; it is drawn anew when something of this thread changes. Descendants are not visited: when a
// process that has children or further threads changes, one counter over all processes goes up and every cache is
// stale. That is rare: a shell's child has no children yet when it executes a program.
struct Process {
    Tid tid = Tid::None;
    event::ProcessFacts facts;
    uint32_t known = 0;          // FactGroup bits of `facts` that are valid now; ask State::facts() rather than this
    uint32_t image = 0;          // see above; State::image_key() is the whole key
    uint64_t clone_time_ns = 0;  // when this thread was created; 0 if unknown
    bool exited = false;         // gone, but kept for this event, or because threads of the process live on
    bool entrypoint = false;     // the workload's first process: nothing above it is shown
    bool reaper = false;         // adopts orphans among its descendants: PR_SET_CHILD_SUBREAPER, prctl(2)
    uint32_t children = 0;       // processes that point here as their parent (leaders only)
    uint32_t threads = 0;        // living threads of the process that are known, the leader included (leaders only)
    LeafCache leaves;

    bool is_leader() const { return raw(tid) == raw(facts.pid); }

    // The process's leader: itself for a leader. Never nullptr.
    Process* leader = nullptr;
    // The parent process's leader; nullptr above the entrypoint and where it cannot be known. Leaders only.
    Process* parent = nullptr;

private:
    friend class ProcessTable;
    friend class TaskEvents;
    friend class FactReader;

    // Lists without memory of their own: a process's children, a leader's further threads.
    Process* first_child_ = nullptr;
    Process* next_sibling_ = nullptr;
    Process* previous_sibling_ = nullptr;
    Process* next_thread_ = nullptr;
    Process* previous_thread_ = nullptr;

    uint64_t generation_ = 0;  // the event that `asked_` and volatile bits of `known` belong to
    uint32_t asked_ = 0;       // groups that the witness was asked for during this event
    bool announced_ = false;   // the parent's side of the clone was seen
    bool cloned_ = false;      // the child's own side of the clone was seen
};

}  // namespace bewit::state
