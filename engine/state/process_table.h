// The threads that are known, and how they belong together: threads to processes, processes to their parents.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/state/fact_reader.h"
#include "engine/state/process.h"
#include "engine/state/tid_table.h"

namespace bewit::state {

// Keeps these true: every thread has a leader, and the leader of a leader is itself; a leader's parent, where it has
// one, is a leader in the table; children and threads are counted. What is forgotten leaves no pointer behind.
class ProcessTable {
public:
    explicit ProcessTable(FactReader& reader);
    ~ProcessTable();
    ProcessTable(const ProcessTable&) = delete;
    ProcessTable& operator=(const ProcessTable&) = delete;

    // nullptr when it is not in the table.
    Process* find(Tid tid) const { return threads_.find(tid); }
    // Found or, with its ancestors, made from the witness's facts; nullptr when the witness does not know it.
    Process* obtain(Tid tid);
    // A new entry, of which nothing is known but its id: a leader without parent, or a thread of the process. There
    // must be none of that id. The leader's facts begin as a copy of `model`.
    Process& create_leader(Tid tid, const event::ProcessFacts& model = {});
    Process& create_thread(Tid tid, Process& leader);

    // Gives the process another parent, or none.
    void set_parent(Process& child, Process* parent);
    // The process's parent; where it was not known when the process was, it is looked for again, in the table alone.
    Process* parent_of(Process& process);
    // Nothing above that process is shown from here on; orphans among its descendants become its children.
    void set_entrypoint(Process& process);
    // Its number; 0 before there is one. It stays when the process has gone.
    int64_t entrypoint_number() const { return entrypoint_number_; }
    // Whether the workload is what descends from an entrypoint. A parent that is not in the table is then the watching
    // program or beyond, and not asked for. Not so where the entrypoint is the machine's own init: nothing is outside.
    bool enclosed() const { return entrypoint_ != nullptr && raw(entrypoint_->tid) != 1; }

    // Comm, image, credentials, session or parentage of the thread changed: what was cached about it is void.
    void touch(Process& process);
    uint64_t image_key(const Process& process) const { return uint64_t{epoch_} << 32 | process.image; }

    // The thread is about to go: it no longer counts, but can still be asked for.
    void mark_exited(Process& process);
    // The leader lives after all: another thread took its place by exec, execve(2).
    void revive(Process& leader);
    // The thread has gone. A leader is kept until the last known thread has; then the process goes, and its children
    // belong to `reaper`, where that is a living process of the workload, else to the nearest ancestor that adopts.
    void remove(Process& process, Tid reaper);
    // The whole process is gone, whatever is known of its threads: its id was given to another one.
    void remove_process(Process& leader);
    // The threads of the process other than its leader have gone.
    void remove_other_threads(Process& leader);

    // A process that came and went before its parent's clone returned: the parent's record must not bring it back. Few
    // are remembered.
    void remember_exit(Tid child);
    bool recently_exited(Tid child);

    size_t size() const { return threads_.size(); }

private:
    Process& take(Tid tid, const event::ProcessFacts& model);
    void give_back(Process& process);
    void settle(Process& leader);
    void find_ancestors(Process& leader);
    void join(Process& thread, Process& leader);
    void leave(Process& thread);
    void forget(Process& leader, Tid reaper);
    Process* adopter(const Process& dying, Tid reaper);
    bool inside(const Process& process) const;
    uint32_t next_image();

    FactReader& reader_;
    TidTable threads_;
    // Entries that were given back, for the next fork: their strings keep their memory.
    std::vector<std::unique_ptr<Process>> spare_;
    Process* entrypoint_ = nullptr;
    int64_t entrypoint_number_ = 0;
    uint32_t epoch_ = 1;
    uint32_t last_image_ = 0;

    Tid unknown_ = Tid::None;  // what the witness did not know during this event
    uint64_t unknown_since_ = 0;

    std::array<Tid, 256> exits_ = filled_with_none();
    size_t next_exit_ = 0;

    static constexpr std::array<Tid, 256> filled_with_none() {
        std::array<Tid, 256> none{};
        none.fill(Tid::None);
        return none;
    }
};

}  // namespace bewit::state
