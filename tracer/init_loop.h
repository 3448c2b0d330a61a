// The duties of PID 1 alone: reap, and end as the command ended. For a workload that runs unwatched.
#pragma once

#include "tracer/signal_forwarder.h"
#include "tracer/spawn.h"

namespace bewit::tracer {

// Until the command has ended: its wait status. With `kill_on_exit`, what it left behind is killed then (bewit must be
// its subreaper: PR_SET_CHILD_SUBREAPER, or PID 1). `forwarder` is null when signals are not passed on.
int run_init_loop(const Spawned& spawned, SignalForwarder* forwarder, bool kill_on_exit);

}  // namespace bewit::tracer
