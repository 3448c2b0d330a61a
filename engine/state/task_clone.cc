// A clone makes two records: one when the call returns in the parent, with the child's id, and one when it returns in
// the child, with 0. Either may come first, and for a short-lived child the parent's may come when all is over. The
// child's own is the better one, for only it knows the child's parent (CLONE_PARENT) and its ids in its own pid
// namespace; the parent's makes the child when it comes first, and otherwise only notes that it was seen.
#include "engine/state/task_events.h"
#include "engine/state/task_params.h"

namespace bewit::state {
namespace {

// As in the table of clone flags of engine/event: not the kernel's own values.
enum CloneFlag : uint32_t {
    NewPidNamespace = 0x40,
    ParentOfCaller = 0x100,  // CLONE_PARENT
    Thread = 0x2000,
    NewUserNamespace = 0x100000,
    Vfork = 0x8000000,
    ChildInPidNamespace = 0x20000000,
};

uint32_t flags_of(const event::View& event) {
    return static_cast<uint32_t>(event.param(clone_positions().flags).as_uint());
}

// The parent's record names the child as the parent's pid namespace does, which need not be ours.
bool names_child_our_way(const Process& caller, uint32_t flags) {
    const bool caller_is_named_otherwise = caller.facts.vtid > 0 && caller.facts.vtid != raw(caller.tid);
    return (flags & (NewPidNamespace | ChildInPidNamespace)) == 0 && !caller_is_named_otherwise;
}

}  // namespace

void TaskEvents::clone(const event::View& event) {
    const auto result = event.result();
    if (!result || *result < 0) return;
    if (*result == 0) {
        child_began(event);
    } else {
        clone_returned(event, static_cast<Tid>(*result));
    }
}

void TaskEvents::child_began(const event::View& event) {
    const Tid tid = event.tid();
    const TaskPositions& at = clone_positions();
    if (Process* known = table_.find(tid); known != nullptr && known->announced_ && !known->cloned_) {
        known->cloned_ = true;
        fill_clone(*known, event);
        return;
    }

    const uint32_t flags = flags_of(event);
    const event::Param pid = event.param(at.pid);
    const event::Param parent = event.param(at.parent);
    Process* child = nullptr;
    if ((flags & Thread) != 0 && pid.present() && pid.as_int() != raw(tid)) {
        discard(tid);
        const Tid leader_tid = static_cast<Tid>(pid.as_int());
        Process* leader = table_.obtain(leader_tid);
        if (leader == nullptr) leader = &table_.create_leader(leader_tid);
        child = table_.find(tid);
        if (child == nullptr) child = &begin_thread(tid, *leader->leader, *leader->leader, event.time_ns());
    } else if ((flags & Thread) == 0 && parent.present()) {
        // Before the parent is looked for: what has the id from before may take its whole process along.
        discard(tid);
        Process* forker = parent_named(static_cast<Tid>(parent.as_int()));
        // The record, or the witness, may have named the child as its own parent.
        if (forker != nullptr && (forker->tid == tid || forker->leader->tid == tid)) forker = nullptr;
        discard(tid);
        // With CLONE_PARENT the record names the caller's parent, which is not the one that was copied.
        const Process* model = (flags & ParentOfCaller) != 0 ? nullptr : forker;
        child = &begin_process(tid, model, forker == nullptr ? nullptr : forker->leader, flags, event.time_ns());
    } else {
        discard(tid);
        child = table_.obtain(tid);
        if (child == nullptr) child = &table_.create_leader(tid);
    }
    child->cloned_ = true;
    fill_clone(*child, event);
}

void TaskEvents::clone_returned(const event::View& event, Tid tid) {
    if (table_.recently_exited(tid)) return;
    if (Process* known = table_.find(tid)) {
        if (!known->announced_) {
            known->announced_ = true;
            return;
        }
        // A second child of that id: the end of the first was missed.
        discard(tid);
    }
    Process* caller = table_.obtain(event.tid());
    if (caller == nullptr || caller->tid == tid) return;
    const uint32_t flags = flags_of(event);
    // vfork(2) returns when the child has executed or exited: if it is not known now, it is gone.
    const bool after_the_child = (flags & Vfork) != 0 || event.name() == "vfork";
    if (after_the_child || !names_child_our_way(*caller, flags)) return;
    // obtain() may have met it.
    if (table_.find(tid) != nullptr) return;

    Process* child;
    if (flags & Thread) {
        child = &begin_thread(tid, *caller->leader, *caller, event.time_ns());
    } else {
        Process* parent = (flags & ParentOfCaller) != 0 ? caller->leader->parent : caller->leader;
        child = &begin_process(tid, caller, parent, flags, event.time_ns());
    }
    child->announced_ = true;
}

Process& TaskEvents::begin_process(Tid tid, const Process* model, Process* parent, uint32_t flags, uint64_t time_ns) {
    static const event::ProcessFacts nothing;
    Process& child = table_.create_leader(tid, model == nullptr ? nothing : model->leader->facts);
    if (model != nullptr) {
        constexpr uint32_t of_thread = inherited_groups & ~process_groups;
        child.known = (model->leader->known & inherited_groups & process_groups) | (model->known & of_thread);
        if (flags & NewUserNamespace) reader_.invalidate(child, event::CredentialFacts);
        copy_thread_facts(model->facts, child.facts);
    }
    child.clone_time_ns = child.facts.start_time_ns = time_ns;
    child.facts.vpid = raw(child.facts.pid);
    child.facts.vtid = raw(tid);
    table_.set_parent(child, parent);
    return child;
}

Process& TaskEvents::begin_thread(Tid tid, Process& leader, const Process& model, uint64_t time_ns) {
    Process& child = table_.create_thread(tid, leader);
    child.known = model.known & inherited_groups & ~process_groups;
    copy_thread_facts(model.facts, child.facts);
    child.facts.parent = leader.facts.parent;
    child.facts.vpid = leader.facts.vpid;
    child.facts.vtid = raw(tid);
    child.facts.sid = leader.facts.sid;
    child.facts.pgid = leader.facts.pgid;
    child.facts.vpgid = leader.facts.vpgid;
    child.facts.tty = leader.facts.tty;
    child.clone_time_ns = child.facts.start_time_ns = time_ns;
    return child;
}

void TaskEvents::fill_clone(Process& child, const event::View& event) {
    const TaskPositions& at = clone_positions();
    event::ProcessFacts& facts = child.facts;
    if (const auto comm = event.param(at.comm); comm.present()) {
        facts.comm = comm.as_text();
        reader_.confirm(child, event::CommFact);
    }
    take_int(event.param(at.uid), facts.uid);
    take_int(event.param(at.gid), facts.gid);
    take_int(event.param(at.vtid), facts.vtid);
    take_int(event.param(at.vpid), facts.vpid);
    if (child.leader == &child) {
        if ((child.known & event::ImageFacts) == 0) take_arguments(event, at, facts.argv);
        take_resources(event, at, facts);
        if (take_strings(event.param(at.cgroups), facts.cgroups)) reader_.confirm(child, event::CgroupFacts);
        if (take_text(event.param(at.cwd), facts.cwd)) reader_.confirm(child, event::WorkingDirectory);
    }
    table_.touch(child);
}

void TaskEvents::discard(Tid tid) {
    Process* known = table_.find(tid);
    if (known == nullptr) return;
    if (known->leader == known) {
        table_.remove_process(*known);
    } else {
        table_.remove(*known, Tid::None);
    }
}

}  // namespace bewit::state
