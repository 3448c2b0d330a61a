// Which threads an attached tracer holds: seizes processes as they are found, and lets go of all at the end.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include <tl/expected.hpp>

#include "tracer/attacher.h"
#include "tracer/lineage.h"
#include "tracer/proc_reader.h"
#include "tracer/workload.h"

namespace bewit::tracer {

// Used on the tracer's thread. While it lives, a timer interrupts waitpid(2) and the signals that end bewit are its.
class Attachment {
public:
    // All must outlive this.
    Attachment(const AttachOptions& options, Workload& workload, const Attacher::Unwatched& unwatched);
    ~Attachment();
    Attachment(const Attachment&) = delete;
    Attachment& operator=(const Attachment&) = delete;

    // Seizes what was asked for. On an error nothing is held that did not end by itself: leave() was called.
    tl::expected<void, StartError> begin(Lineage& lineage);
    // At every tick: with `all`, seizes what has appeared.
    void look(Lineage& lineage);
    // Sleeps until the next tick, when there is nothing to wait for.
    static void rest();

    // Whether there may be something to watch later when there is nothing now.
    bool stays() const { return options_.all; }
    // Once for every tick.
    static bool ticked();
    // Whether a signal asked for the end.
    static bool asked_to_leave();
    // Stops every thread, so that each can be let go of where it stands.
    void leave();

private:
    enum class Found : uint8_t { Before, Later };
    struct Process {
        Pid pid;
        Tid parent;
        Found found;
    };
    // 0, or the error of the first thread that could not be seized. One that has ended is no error.
    int seize_process(Lineage& lineage, Pid pid, Found found);
    int seize_thread(Lineage& lineage, Tid tid, const Process& process);
    void seize_all(Lineage& lineage, Found found);
    bool anything_new();
    bool is_kernel_thread(Pid pid);

    const AttachOptions& options_;
    Workload& workload_;
    const Attacher::Unwatched& unwatched_;
    ProcReader proc_;
    std::unordered_map<int64_t, unsigned>
        refused_;  // processes that cannot be seized, with the look that saw them last
    unsigned looks_ = 0;
    std::string last_pid_;
};

}  // namespace bewit::tracer
