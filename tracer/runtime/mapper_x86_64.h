// Brings the runtime's memory into a process: its image at a fixed address, and a page near a call site. One thread of
// the process makes the mmap(2) calls where it stands at the entry of an openat(2), and then comes back to that entry,
// as if it had never left it. Signals and deaths at any moment therefore need no thought: every stop is one of the
// trace loop's own.
//
// One thread at a time in the whole workload. Of the tracer's thread.
#pragma once

#include <sys/user.h>

#include <cstdint>
#include <span>

#include "engine/event/kernel_types.h"
#include "tracer/runtime/code_x86_64.h"
#include "tracer/syscall_stop.h"

namespace bewit::tracer {

class Mapper {
public:
    explicit Mapper(const RuntimeCode& code) : code_(code) {}

    bool busy() const { return order_.tid != Tid::None; }
    bool serves(Tid tid) const { return busy() && order_.tid == tid; }

    // The thread, with these registers at the entry, is let go to map the image (empty: it is there) and then a page at
    // `near`. `image` must stay until the thread is back. False: it was not let go.
    bool begin(Tid tid, const user_regs_struct& registers, std::span<const std::byte> image, uint64_t near);
    // At the exit of a call of the thread's: the thread was let go. True when the image is in its place now.
    bool left_call(int64_t result);

    enum class Arrival {
        Underway,  // the thread was let go
        Mapped,    // it stands at the entry again, with its own registers; the page is there
        Failed,    // the same, without the page
    };
    Arrival entered_call(const SyscallStop& stop);
    // Of the call that it stands at, where it has arrived.
    const user_regs_struct& registers() const { return registers_; }
    uint64_t near() const { return near_; }

    // A signal is to be delivered to the thread: it is put before the call that it was to make.
    void interrupted();
    // The thread is gone, or has another image.
    void gone() { order_ = {}; }

private:
    struct Order {
        Tid tid = Tid::None;               // nobody: there is none
        std::span<const std::byte> image;  // not mapped yet
    };
    void go_to_second();

    const RuntimeCode& code_;
    Order order_;
    user_regs_struct registers_{};
    uint64_t near_ = 0;
};

}  // namespace bewit::tracer
