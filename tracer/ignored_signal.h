// A signal that its receiver ignores is thrown away by the kernel when it is sent, and disturbs nobody; to a traced process it is delivered,
// so that its tracer may see it (kernel/signal.c, sig_ignored). Calls that restart by themselves make that good. Those that never do (signal(7),
// "Interruption of system calls": epoll_wait(2), semop(2), sigtimedwait(2), io_getevents(2)) would return an EINTR that the program has no reason
// to expect.
#pragma once

#include "engine/event/kernel_types.h"

namespace bewit::tracer {

// At a SignalDelivery, before the thread goes on with the signal. Where the thread ignores it, and it woke the thread from one of those calls, the
// call is made again. Not where the call has a time limit, which would begin anew. SIGCONT is no such signal: what stopped before has woken
// the thread natively, too.
void undo_interruption(Tid tid, int signal);

}  // namespace bewit::tracer
