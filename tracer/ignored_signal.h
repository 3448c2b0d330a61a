// A signal that its receiver ignores is thrown away by the kernel when it is sent, and disturbs nobody; to a traced
// process it is delivered, so that its tracer may see it (kernel/signal.c, sig_ignored). Calls that restart by
// themselves make that good. Those that never do (signal(7), "Interruption of system calls": epoll_wait(2),
// semtimedop(2), sigtimedwait(2), io_getevents(2)) would return an EINTR that the program has no reason to expect.
#pragma once

#include <cstdint>

#include "engine/event/kernel_types.h"

namespace bewit::tracer {

// At a SignalDelivery, before the thread goes on with the signal. Where the thread ignores it, and it woke the thread
// from one of those calls, the call is made again. A time limit begins anew then, but once: `since_ns` is when the call
// was first made again, 0 if it was not; once the limit has passed since then, the call returns as it does at its
// limit. SIGCONT is no such signal: what stopped before has woken the thread natively, too. Returns the new `since_ns`:
// not 0 while it matters when this call ends. `now_ns` is of any clock that only goes forward.
uint64_t undo_interruption(Tid tid, int signal, uint64_t since_ns, uint64_t now_ns);

}  // namespace bewit::tracer
