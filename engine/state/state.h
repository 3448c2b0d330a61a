// What the engine knows of the machine: processes, their descriptors, users and groups, the container. Events change it first,
// then rules ask it. Not thread-safe: one thread applies events and evaluates rules.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "engine/event/view.h"
#include "engine/event/witness.h"
#include "engine/state/container.h"
#include "engine/state/process.h"
#include "engine/state/users.h"

namespace bewit::state {

class State {
public:
    // `witness` answers what no event said; it must outlive the state. `wanted` are the FactGroup bits that rules and outputs use:
    // they are read at exec, so that they are still known when the process has gone.
    State(event::Witness& witness, uint32_t wanted);
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    // Brings the state up to what `event` says happened. Call before evaluating rules on it.
    void apply(const event::View& event);
    // Call when all rules have seen the event: a process that exited is forgotten here, unless descendants still need it.
    void finish(const event::View& event);

    // The thread, made from the witness's facts when it is not known yet; nullptr when it cannot be known.
    Process* thread(Tid tid);
    // The thread group's leader (itself for a leader); nullptr when unknown.
    Process* process(Tid tid);
    // The `n`-th ancestor process: 0 is the process itself, 1 its parent. nullptr above the entrypoint or where the chain is broken.
    Process* ancestor(Tid tid, unsigned n);
    // The facts of those groups, asked for where they are not known or no longer hold.
    const event::ProcessFacts& facts(Process& process, uint32_t groups);

    // The descriptor that the current event is about or any other one of the thread; nullptr when unknown. Valid until the next event.
    const event::Descriptor* descriptor(Tid tid, Fd fd);
    // True when the current event gave the descriptor another name than it had before (`fd.name_changed`).
    bool descriptor_name_changed() const;

    const Container& container() const { return container_; }
    Container& container() { return container_; }
    Users& users() { return users_; }

    // Number of threads that the table holds, exited ones that are remembered included.
    size_t size() const;

private:
    struct Tables;
    std::unique_ptr<Tables> tables_;
    Container container_;
    Users users_;
};

}  // namespace bewit::state
