// One thread, and what is known of the process it belongs to.
#pragma once

#include <cstdint>
#include <string>

#include "engine/event/witness.h"

namespace bewit::state {

// A thread of the workload. Threads of one process have one leader, and facts of the image live there. Owned by the Table.
struct Process {
    Tid tid = Tid::None;
    event::ProcessFacts facts;
    uint32_t known = 0;         // FactGroup bits of `facts` that are valid now
    uint32_t image = 0;         // changes whenever comm, image or ancestry changes: key of what is cached about the process
    uint64_t clone_time_ns = 0; // when this thread was created; 0 if unknown
    bool exited = false;        // kept only while a descendant may ask for it
    bool entrypoint = false;    // the workload's first process: nothing above it is shown
    uint32_t children = 0;      // living or remembered children that point here

    bool is_leader() const { return raw(tid) == raw(facts.pid); }
};

}  // namespace bewit::state
