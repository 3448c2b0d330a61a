// What the engine knows of the machine: processes, their descriptors, users and groups, the container. Events change it
// first, then rules ask it. Not thread-safe: one thread applies events and evaluates rules.
//
// Nothing is looked up before it is asked for: what a record says is kept, and the rest is the witness's answer at that
// moment. So close(2), dup(2) and fcntl(2) need not be seen. Facts that do not last (working directory, terminal,
// resources) hold for one event.
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
    // `witness` answers what no event said; it must outlive the state. `wanted` are the FactGroup bits that rules and
    // outputs use: they are read at exec, so that they are still known when the process has gone, and before it can
    // rewrite them.
    State(event::Witness& witness, uint32_t wanted);
    ~State();
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    // Brings the state up to what `event` says happened. Call before evaluating rules on it; its bytes must stay until
    // finish(). A record made at a call's entry changes nothing, but descriptors and names can be asked for.
    void apply(const event::View& event);
    // Call when all rules have seen the event: a thread that exited is forgotten here, and its children get their new
    // parent.
    void finish(const event::View& event);

    // The thread, made from the witness's facts when it is not known yet; nullptr when it cannot be known.
    Process* thread(Tid tid);
    // The thread group's leader (itself for a leader); nullptr when unknown.
    Process* process(Tid tid);
    // The `n`-th ancestor process: 0 is the process itself, 1 its parent. nullptr above the entrypoint or where the
    // chain is broken. Orphans have the parent that the kernel gave them; where that is the watching program, which is
    // not shown, they belong to the entrypoint, as they would if it were the container's PID 1.
    Process* ancestor(Tid tid, unsigned n);
    // The program that watches is PID 1 of its pid namespace, which the workload's first process would be without it.
    void stand_for_init() { stands_for_init_ = true; }
    // An id of a process, thread, group or session in the pid namespace of the process with these facts, as rules are
    // to see it: that of the first process is 1 where the watching program stands in its place.
    int64_t shown_number(const event::ProcessFacts& facts, int64_t number) const;
    // The facts of those groups, asked for where they are not known or no longer hold. What cannot be read has its last
    // known value. For a thread that is no leader, groups of the process (see process.h) are answered by the leader's
    // facts.
    const event::ProcessFacts& facts(Process& process, uint32_t groups);
    // Key of everything that can be cached about the thread and its ancestors: process.h says what that is. Never 0.
    uint64_t image_key(const Process& process) const;

    // The descriptor that the current event is about or any other one of the thread; nullptr when unknown. Valid until
    // the next event.
    //
    // For the event's own descriptor the record comes first: an open has its name as the program gave it, made
    // absolute; a socket the addresses of the record. Where a call failed or has not been made yet, the descriptor that
    // it asked for: `fd` is then Fd::None or the negative result, and inode and device are 0.
    const event::Descriptor* descriptor(Tid tid, Fd fd);
    // The same without what the record says: the kernel's own word, with the name that the kernel resolved.
    const event::Descriptor* kernel_descriptor(Tid tid, Fd fd);
    // Where a name leads that the thread is about to open (event::Witness::name()).
    event::NameLeads name_leads(Tid tid, Fd from, std::string_view name, std::string& to);
    // True when the current event gave the descriptor another name than it had before (`fd.name_changed`). For sockets,
    // whether the addresses differ from those that descriptor() last gave for the same socket after a call that
    // succeeded.
    bool descriptor_name_changed();

    // The directory that a relative path of a `*at` call starts from: the working directory for Fd::WorkingDirectory,
    // else the name of the descriptor; unknown_directory when it is not known. For join_path() (path.h). Valid until
    // the next event.
    std::string_view directory(Tid tid, Fd directory);

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
    bool stands_for_init_ = false;
};

}  // namespace bewit::state
