// Serves the stops of the workload until it has ended.
#pragma once

#include <optional>

#include "tracer/attachment.h"
#include "tracer/calls.h"
#include "tracer/lineage.h"
#include "tracer/placement.h"
#include "tracer/signal_forwarder.h"
#include "tracer/spawn.h"
#include "tracer/stop_queue.h"
#include "tracer/workload.h"

namespace bewit::tracer {

class TraceLoop {
public:
    struct Settings {
        bool seccomp = true;  // the kernel has the filter; else `software_filter` decides and every call stops
        bool kill_on_exit = false;
        Runtime* runtime = nullptr;  // null: there is none; must outlive the loop
    };
    // Of a command that bewit started. `forwarder` is null when signals are not passed on. All must outlive this.
    TraceLoop(Workload& workload, Spawned& spawned, SignalForwarder* forwarder, Settings settings,
              std::optional<BpfProgram> software_filter);
    // Of what runs already. Every call stops.
    TraceLoop(Workload& workload, Attachment& attachment, BpfProgram software_filter);
    ~TraceLoop();
    TraceLoop(const TraceLoop&) = delete;
    TraceLoop& operator=(const TraceLoop&) = delete;

    // From the moment that the first process is seized until there is nothing left to watch: its wait status.
    int run();
    // Of what was attached: until it has ended or bewit is asked to leave.
    tl::expected<void, StartError> run_attached();
    // Whether the command's image ever ran. Where it did not, the status is that of bewit's own code.
    bool started() const { return started_; }
    // This kernel does not tell what a thread stopped for; the command was killed at its start.
    bool kernel_too_old() const { return kernel_too_old_; }

private:
    std::optional<Waited> next();
    bool done() const;
    void handle(const Waited& waited);
    void ended(Tid tid, Tracee* tracee, int status);
    void dispatch(Tracee& tracee, int status);
    void settle(Tracee& child);
    void go_on(Tracee& tracee, int signal = 0);

    void seccomp_stop(Tracee& tracee);
    void syscall_stop(Tracee& tracee);
    void exec_stop(Tracee& tracee, Tid former);
    void group_stop(Tracee& tracee, int signal);
    void entrypoint_goes_on();
    void signal_delivery(Tracee& tracee, int signal);
    void check_kernel(Tid tid);

    void let_go(const Waited& waited);

    void entrypoint_ended(int status);
    void kill_the_rest();
    void pass_on_to_the_rest();

    Workload& workload_;
    Spawned* spawned_ = nullptr;  // null: attached
    Attachment* attachment_ = nullptr;
    SignalForwarder* forwarder_ = nullptr;
    const Settings settings_;
    Calls calls_;
    Lineage lineage_;
    StopQueue stops_;
    std::optional<Placement>
        placement_;              // null: attached, where nothing tells of calls that ask for a mask without many stops
    const bool is_init_;         // PID 1: when the command ends, the kernel ends all the rest
    bool signals_wanted_;        // a rule asks for `signaldeliver`
    std::optional<int> status_;  // of the command, once it has ended
    bool started_ = false;
    bool kernel_too_old_ = false;
    bool killing_ = false;
    bool leaving_ = false;
    bool entrypoint_stopped_ = false;  // in a group-stop that the forwarder was told of
};

}  // namespace bewit::tracer
