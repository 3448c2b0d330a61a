// Who is whose child: births, execs that move a thread to another tid, and ends. bewit itself is never shown: what it
// is the real parent of is a child of the entrypoint, and the entrypoint has no parent.
#pragma once

#include <array>
#include <optional>
#include <vector>

#include "tracer/calls.h"
#include "tracer/proc_reader.h"
#include "tracer/tracee_memory.h"
#include "tracer/workload.h"

namespace bewit::tracer {

class Lineage {
public:
    // Both must outlive this.
    Lineage(Workload& workload, Calls& calls) : workload_(workload), calls_(calls) {}

    // bewit's own child, before its first exec.
    Tracee& add_entrypoint(Tid tid);

    // A thread that ran before it was seized; `parent` is its process's, Tid 0 for none to show.
    Tracee& attach(Tid tid, Pid pid, Tid parent);
    // The process that appeared stands at its first stop: its image is reported.
    void appeared(Tracee& leader);

    // `parent` stands at a CloneStop: its record is reported. The child, when it has stopped before and may now go on;
    // else null.
    Tracee* born(Tracee& parent);
    // A thread that nobody announced stopped with `status`: it waits for its parent's CloneStop.
    void park(Tid tid, int status);
    // The thread that was announced by its parent stopped: its own record is reported.
    void arrived(Tracee& child);
    // Whether a thread waits for a parent that may never tell of it, because it was killed first.
    bool any_parked() const { return !parked_.empty(); }
    // Takes one of them and finds its lineage in /proc and its own registers.
    Tracee& settle_parked();

    // The thread that has `tid` now has a new image. `former`: what its tid was before (ptrace(2), "execve(2) under
    // ptrace").
    void executed(Tracee& leader, Tid former);
    // The leader of a group whose other threads all are gone, but for one whose end nobody told: that one has executed
    // a program and has taken the leader's tid. Its ExecStop is lost when the leader was being resumed at that very
    // moment. The former tid; None when all is well. A thread whose end was taken from the kernel and waits to be told
    // (StopQueue::holds) looks the same from here.
    Tid lost_exec(const Tracee& leader) const;

    // What is read of the thread's memory from now on may come from its process's file.
    void use_memory_of(const Tracee& tracee);

    // The thread is gone; null: it was not known yet. `tracee` ends here.
    void ended(Tid tid, Tracee* tracee, int status);
    // It is not watched any more; nothing is reported.
    void forget(Tracee& tracee);

private:
    void adopt(Tracee& child, const Birth& birth, const RuntimeState& runtime);
    Birth birth_by(Tracee& parent, Tid child);
    void set_parent(Tracee& leader, const Tracee* parent);
    Tid shown_parent(Tracee& leader);
    // Whose child is what bewit is the real parent of; nobody's where there is no entrypoint.
    Tid root() const;
    void join_group(const Tracee& tracee, int change);
    void open_memory(Tracee& leader);

    Workload& workload_;
    Calls& calls_;
    const bool sees_all_memory_ = sees_all_memory();
    std::optional<ProcReader> proc_;  // only where it does not
    std::vector<Tid> parked_;
    // The last threads that were killed before their parent could tell of them.
    std::array<Tid, 64> died_unknown_{};
    size_t next_died_ = 0;
};

}  // namespace bewit::tracer
