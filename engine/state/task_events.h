// What records say about threads: who began, what runs in them, as whom, and who ended.
#pragma once

#include <string_view>

#include "engine/event/view.h"
#include "engine/state/fact_reader.h"
#include "engine/state/process_table.h"
#include "engine/state/record_shape.h"

namespace bewit::state {

// Only records of calls that succeeded change anything. Threads that no event has named are made for clones and execs
// alone.
class TaskEvents {
public:
    TaskEvents(ProcessTable& table, FactReader& reader) : table_(table), reader_(reader) {}

    void apply(const event::View& event, Change change);
    // After fchdir(2): the name of the directory that the descriptor stands for, empty if it is unknown.
    void change_directory(Tid tid, std::string_view directory);
    // Drops the thread whose exit was applied last, if it is still there.
    void finish();

private:
    void clone(const event::View& event);
    void child_began(const event::View& event);
    void clone_returned(const event::View& event, Tid child);
    Process& begin_process(Tid tid, const Process* model, Process* parent, uint32_t flags, uint64_t time_ns);
    Process& begin_thread(Tid tid, Process& leader, const Process& model, uint64_t time_ns);
    void fill_clone(Process& child, const event::View& event);
    void discard(Tid tid);

    void exec(const event::View& event);
    Process* executing(const event::View& event);
    void fill_image(Process& process, const event::View& event);
    void fill_credentials(Process& process, const event::View& event);
    void place(Process& process, const event::View& event);

    void exit(const event::View& event);
    void prctl(const event::View& event);
    void user_ids(const event::View& event);
    void group_ids(const event::View& event);
    void capabilities(const event::View& event);
    void namespaces(const event::View& event);
    void session(const event::View& event);
    void process_group(const event::View& event);
    void directory(const event::View& event);
    void forget_directory(Tid tid);
    void credentials_changed(Process& process);

    Process* parent_named(Tid tid);

    ProcessTable& table_;
    FactReader& reader_;
    Tid exiting_ = Tid::None;
    Tid reaper_ = Tid::None;
};

}  // namespace bewit::state
