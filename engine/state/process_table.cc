// Lineage follows the kernel: children of a process that has gone are adopted, first by who the kernel says, then by
// the nearest ancestor that prctl'd itself to (find_new_reaper() in the kernel's exit.c). One step differs. Under bewit
// the container's PID 1 is bewit itself, and it is not shown; what it adopts belongs to the entrypoint, which would be
// PID 1 without it.
#include "engine/state/process_table.h"

#include <algorithm>

namespace bewit::state {
namespace {

// Enough for a burst of forks; more would only hold memory.
constexpr size_t most_spare = 256;

}  // namespace

ProcessTable::ProcessTable(FactReader& reader) : reader_(reader) { spare_.reserve(most_spare); }

ProcessTable::~ProcessTable() {
    threads_.for_each([](Process* process) { delete process; });
}

Process* ProcessTable::obtain(Tid tid) {
    if (Process* known = find(tid)) return known;
    if (raw(tid) <= 0) return nullptr;
    if (unknown_ == tid && unknown_since_ == reader_.generation()) return nullptr;

    Process& thread = take(tid, {});
    if (!reader_.introduce(thread)) {
        give_back(thread);
        unknown_ = tid;
        unknown_since_ = reader_.generation();
        return nullptr;
    }
    if (thread.is_leader() || thread.facts.pid == Pid::None) {
        settle(thread);
        find_ancestors(thread);
        return &thread;
    }
    Process* leader = find(leader_of(thread.facts.pid));
    if (leader == nullptr) {
        leader = &take(leader_of(thread.facts.pid), {});
        reader_.introduce(*leader);
        settle(*leader);
        find_ancestors(*leader);
    }
    // A witness may tell nonsense, as captures that somebody made up do: then the thread has turned up as an ancestor.
    if (Process* met = find(tid)) {
        give_back(thread);
        return met;
    }
    thread.facts.pid = leader->leader->facts.pid;
    threads_.insert(tid, &thread);
    join(thread, *leader->leader);
    touch(thread);
    return &thread;
}

Process& ProcessTable::create_leader(Tid tid, const event::ProcessFacts& model) {
    Process& process = take(tid, model);
    process.facts.parent = Pid::None;
    settle(process);
    return process;
}

Process& ProcessTable::create_thread(Tid tid, Process& leader) {
    Process& thread = take(tid, {});
    thread.facts.pid = leader.facts.pid;
    threads_.insert(tid, &thread);
    join(thread, leader);
    touch(thread);
    return thread;
}

void ProcessTable::set_parent(Process& child, Process* parent) {
    if (Process* old = child.parent) {
        --old->children;
        if (child.next_sibling_ != nullptr) child.next_sibling_->previous_sibling_ = child.previous_sibling_;
        if (child.previous_sibling_ != nullptr) {
            child.previous_sibling_->next_sibling_ = child.next_sibling_;
        } else {
            old->first_child_ = child.next_sibling_;
        }
        child.parent = child.next_sibling_ = child.previous_sibling_ = nullptr;
    }
    // Only records that lie can close a circle.
    for (const Process* above = parent; above != nullptr && (child.children != 0 || above == parent);
         above = above->parent)
        if (above == &child) parent = nullptr;
    child.facts.parent = parent == nullptr ? Pid::None : parent->facts.pid;
    if (parent == nullptr) return;
    child.parent = parent;
    child.next_sibling_ = parent->first_child_;
    if (child.next_sibling_ != nullptr) child.next_sibling_->previous_sibling_ = &child;
    parent->first_child_ = &child;
    ++parent->children;
}

Process* ProcessTable::parent_of(Process& process) {
    if (process.parent != nullptr || process.entrypoint || raw(process.facts.parent) <= 0) return process.parent;
    Process* found = find(leader_of(process.facts.parent));
    if (found == nullptr || found->leader != found) return nullptr;
    // A parent that is younger than its child is another process, which was given the number since.
    if (process.clone_time_ns != 0 && found->clone_time_ns > process.clone_time_ns) return nullptr;
    set_parent(process, found);
    touch(process);
    return process.parent;
}

void ProcessTable::set_entrypoint(Process& process) {
    set_parent(process, nullptr);
    process.entrypoint = true;
    entrypoint_ = &process;
    entrypoint_number_ = raw(process.tid);
}

void ProcessTable::touch(Process& process) {
    process.image = next_image();
    const bool others_depend = process.leader == &process && (process.children != 0 || process.threads > 1);
    if (others_depend && ++epoch_ == 0) epoch_ = 1;
}

void ProcessTable::mark_exited(Process& process) {
    if (process.exited) return;
    process.exited = true;
    --process.leader->threads;
}

void ProcessTable::revive(Process& leader) {
    if (!leader.exited) return;
    leader.exited = false;
    ++leader.threads;
}

void ProcessTable::remove(Process& process, Tid reaper) {
    mark_exited(process);
    Process& leader = *process.leader;
    if (&process != &leader) leave(process);
    if (leader.exited && leader.next_thread_ == nullptr) forget(leader, reaper);
}

void ProcessTable::remove_process(Process& leader) {
    remove_other_threads(leader);
    forget(leader, Tid::None);
}

void ProcessTable::remove_other_threads(Process& leader) {
    while (leader.next_thread_ != nullptr) leave(*leader.next_thread_);
}

void ProcessTable::remember_exit(Tid child) {
    exits_[next_exit_] = child;
    next_exit_ = (next_exit_ + 1) % exits_.size();
}

bool ProcessTable::recently_exited(Tid child) {
    const auto found = std::ranges::find(exits_, child);
    if (found == exits_.end()) return false;
    *found = Tid::None;
    return true;
}

Process& ProcessTable::take(Tid tid, const event::ProcessFacts& model) {
    std::unique_ptr<Process> process;
    if (spare_.empty()) {
        process = std::make_unique<Process>();
    } else {
        process = std::move(spare_.back());
        spare_.pop_back();
        // Strings and the cache keep their memory; everything else begins anew.
        event::ProcessFacts facts = std::move(process->facts);
        LeafCache leaves = std::move(process->leaves);
        *process = Process{};
        process->facts = std::move(facts);
        process->leaves = std::move(leaves);
        process->leaves.key = 0;
    }
    process->facts = model;
    process->tid = tid;
    return *process.release();
}

void ProcessTable::give_back(Process& process) {
    std::unique_ptr<Process> owned(&process);
    if (spare_.size() < most_spare) spare_.push_back(std::move(owned));
}

void ProcessTable::find_ancestors(Process& leader) {
    Process* child = &leader;
    while (raw(child->facts.parent) > 0) {
        const Tid tid = leader_of(child->facts.parent);
        if (Process* known = find(tid)) {
            set_parent(*child, known->leader);
            return;
        }
        if (enclosed()) return;
        Process& parent = take(tid, {});
        // The kernel names the parent by its process, so that what is introduced here leads itself.
        if (!reader_.introduce(parent)) {
            give_back(parent);
            return;
        }
        settle(parent);
        set_parent(*child, &parent);
        child = &parent;
    }
}

void ProcessTable::settle(Process& leader) {
    leader.facts.pid = static_cast<Pid>(raw(leader.tid));
    leader.leader = &leader;
    leader.threads = 1;
    threads_.insert(leader.tid, &leader);
    touch(leader);
}

void ProcessTable::join(Process& thread, Process& leader) {
    thread.leader = &leader;
    thread.next_thread_ = leader.next_thread_;
    thread.previous_thread_ = &leader;
    if (thread.next_thread_ != nullptr) thread.next_thread_->previous_thread_ = &thread;
    leader.next_thread_ = &thread;
    ++leader.threads;
}

void ProcessTable::leave(Process& thread) {
    mark_exited(thread);
    thread.previous_thread_->next_thread_ = thread.next_thread_;
    if (thread.next_thread_ != nullptr) thread.next_thread_->previous_thread_ = thread.previous_thread_;
    threads_.erase(thread.tid);
    if (thread.cloned_ && !thread.announced_) remember_exit(thread.tid);
    give_back(thread);
}

void ProcessTable::forget(Process& leader, Tid reaper) {
    if (leader.first_child_ != nullptr) {
        Process* heir = adopter(leader, reaper);
        // A witness that tells nonsense may have placed the reaper among the threads of the dead.
        remove_other_threads(leader);
        while (Process* child = leader.first_child_) {
            set_parent(*child, heir);
            touch(*child);
        }
    }
    set_parent(leader, nullptr);
    if (entrypoint_ == &leader) entrypoint_ = nullptr;
    threads_.erase(leader.tid);
    if (leader.cloned_ && !leader.announced_) remember_exit(leader.tid);
    give_back(leader);
}

Process* ProcessTable::adopter(const Process& dying, Tid reaper) {
    Process* named = nullptr;
    if (raw(reaper) > 0) named = enclosed() ? find(reaper) : obtain(reaper);
    if (named != nullptr) named = named->leader;
    if (named == &dying || (named != nullptr && enclosed() && !inside(*named))) named = nullptr;
    if (named != nullptr && named != entrypoint_) {
        named->reaper = true;
        return named;
    }
    // Nobody, or the entrypoint for want of better knowledge: a nearer ancestor that adopts comes before it.
    for (Process* above = dying.parent; above != nullptr; above = above->parent)
        if (above->reaper || above->entrypoint) return above;
    return named;
}

bool ProcessTable::inside(const Process& process) const {
    const Process* above = &process;
    while (above != nullptr && above != entrypoint_) above = above->parent;
    return above != nullptr;
}

uint32_t ProcessTable::next_image() {
    if (++last_image_ == 0) {
        // Numbers begin anew: whatever carries an old one is void.
        ++epoch_;
        ++last_image_;
    }
    return last_image_;
}

}  // namespace bewit::state
