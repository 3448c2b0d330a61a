// A parent's CloneStop and its child's first stop come in either order. The parent's says how the child was made, so a
// child that comes first waits for it, as long as there is anything else to do. Then /proc must do: the parent may have
// been killed before it could stop.
#include "tracer/lineage.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#include "tracer/proc_status.h"
#include "tracer/registers.h"

namespace bewit::tracer {
namespace {

constexpr Tid no_parent{0};
// What pthread_create(3) asks for: the flags of a thread whose registers do not tell them any more.
constexpr uint64_t usual_thread_flags =
    CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
constexpr uint64_t clone_flags_mask =
    0xffff'ff00;  // the rest of the register is the signal at the child's end, or nothing

// Where it is not known what the parent's was.
constexpr RuntimeState unknown_runtime{.off = true, .sealed = true};

struct BirthCall {
    event::Abi abi;
    uint32_t number;
    uint64_t first_argument;
};

// Of the parent at its CloneStop, or of the child at its first stop: it starts with a copy of its parent's registers,
// but for the result, which on some architectures is the first argument's register too.
BirthCall birth_call(const Tracee& tracee) {
    // As the thread asked for it, before the tracer took anything away.
    if (tracee.call != nullptr)
        return {tracee.call->stop.abi, tracee.call->stop.number, tracee.call->stop.arguments[0]};
    SyscallInfo info;
    CurrentCall call;
    const bool known = syscall_info(tracee.tid, info);
    const event::Abi abi = (known ? abi_of(info.audit_arch) : std::nullopt).value_or(event::native_abi());
    current_call(tracee.tid, abi, call);
    return {abi, call.number, call.first_argument};
}

void describe(const BirthCall& call, Birth& birth) {
    const std::string_view name = event::syscall_name(call.abi, call.number);
    if (name == "fork" || name == "vfork") {
        birth.call_name = name;
        birth.flags = name == "vfork" ? CLONE_VFORK | CLONE_VM : 0;
    } else {
        birth.flags = call.first_argument & clone_flags_mask;
    }
}

}  // namespace

Tracee& Lineage::add_entrypoint(Tid tid) {
    Tracee& tracee = workload_.tracees.insert(tid, static_cast<Pid>(raw(tid)));
    tracee.stage = Tracee::Stage::SettingUp;
    tracee.parent = no_parent;
    workload_.entrypoint = tid;
    ++workload_.statistics.processes;
    ++workload_.statistics.threads;
    return tracee;
}

Tracee& Lineage::attach(Tid tid, Pid pid, Tid parent) {
    Tracee& tracee = workload_.tracees.insert(tid, pid);
    ++workload_.statistics.threads;
    if (!tracee.is_leader()) {
        join_group(tracee, +1);
        return tracee;
    }
    ++workload_.statistics.processes;
    tracee.parent = parent;
    const Tracee* watched = workload_.tracees.find(parent);
    tracee.parent_serial = watched == nullptr ? 0 : watched->serial;
    return tracee;
}

void Lineage::appeared(Tracee& leader) {
    leader.stage = Tracee::Stage::Watched;
    workload_.report(workload_.decoder.executed(leader.tid, leader.parent, nullptr));
}

Tid Lineage::root() const { return workload_.entrypoint == Tid::None ? no_parent : workload_.entrypoint; }

Birth Lineage::birth_by(Tracee& parent, Tid child) {
    Birth birth{.parent = parent.tid, .pid = static_cast<Pid>(raw(child))};
    describe(birth_call(parent), birth);
    if ((birth.flags & CLONE_THREAD) != 0) {
        birth.pid = parent.pid;
    } else if ((birth.flags & CLONE_PARENT) != 0) {
        Tracee* leader = workload_.tracees.leader_of(parent);
        const Tid above = leader == nullptr ? no_parent : shown_parent(*leader);
        birth.parent = above == no_parent ? root() : above;
    }
    return birth;
}

void Lineage::join_group(const Tracee& tracee, int change) {
    Tracee* leader = tracee.is_leader() ? nullptr : workload_.tracees.leader_of(tracee);
    if (leader == nullptr) return;
    leader->others += static_cast<uint32_t>(change);
    leader->others_tids ^= static_cast<uint64_t>(raw(tracee.tid));
}

// Null: bewit is its real parent.
void Lineage::set_parent(Tracee& leader, const Tracee* parent) {
    if (parent == nullptr) parent = workload_.tracees.find(workload_.entrypoint);
    leader.parent = parent == nullptr ? root() : parent->tid;
    leader.parent_serial = parent == nullptr ? 0 : parent->serial;
}

void Lineage::open_memory(Tracee& leader) {
    if (sees_all_memory_) return;
    if (!proc_) {
        proc_.emplace();
        // A file for each process.
        rlimit files{};
        if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
            files.rlim_cur = files.rlim_max;
            setrlimit(RLIMIT_NOFILE, &files);
        }
    }
    UniqueFd file = proc_->open(leader.tid, "mem", O_RDONLY);
    leader.memory = file ? std::make_shared<const UniqueFd>(std::move(file)) : nullptr;
    use_memory_file(leader.tid, leader.memory.get());
}

void Lineage::use_memory_of(const Tracee& tracee) {
    if (sees_all_memory_) return;
    const Tracee* leader = workload_.tracees.leader_of(tracee);
    use_memory_file(tracee.tid, leader == nullptr ? nullptr : leader->memory.get());
}

void Lineage::adopt(Tracee& child, const Birth& birth, const RuntimeState& runtime) {
    child.birth = birth;
    child.pid = birth.pid;
    if ((birth.flags & (CLONE_NEWNS | CLONE_NEWUSER)) != 0) workload_.witness.share_root(false);
    ++workload_.statistics.threads;
    if (!child.is_leader()) {
        join_group(child, +1);
        return;
    }
    ++workload_.statistics.processes;
    const Tracee* creator = workload_.tracees.find(birth.parent);
    set_parent(child, creator == nullptr ? nullptr : workload_.tracees.leader_of(*creator));
    child.runtime = runtime;
    if ((birth.flags & CLONE_VM) == 0) {
        open_memory(child);
    } else if (creator != nullptr) {
        const Tracee* shares = workload_.tracees.leader_of(*creator);
        if (shares != nullptr) child.memory = shares->memory;
    }
}

Tracee* Lineage::born(Tracee& parent) {
    const std::optional<Tid> child_tid = event_message(parent.tid);
    if (!child_tid) return nullptr;
    const Birth birth = birth_by(parent, *child_tid);
    Tracee* leader = workload_.tracees.leader_of(parent);
    const RuntimeState runtime = leader == nullptr ? unknown_runtime : Runtime::born(leader->runtime, birth.flags);
    calls_.release(parent);
    workload_.report(workload_.decoder.cloned_child(parent.tid, *child_tid, birth.call_name, birth.flags));

    Tracee* child = workload_.tracees.find(*child_tid);
    if (child == nullptr) {
        if (auto* const dead = std::ranges::find(died_unknown_, *child_tid); dead != died_unknown_.end()) {
            *dead = Tid::None;
            return nullptr;
        }
        child = &workload_.tracees.insert(*child_tid, birth.pid);
        child->stage = Tracee::Stage::Announced;
        adopt(*child, birth, runtime);
        return nullptr;
    }
    if (child->stage != Tracee::Stage::Parked) return nullptr;
    std::erase(parked_, child->tid);
    adopt(*child, birth, runtime);
    arrived(*child);
    return child;
}

void Lineage::park(Tid tid, int status) {
    Tracee& tracee = workload_.tracees.insert(tid, Pid::None);
    tracee.stage = Tracee::Stage::Parked;
    tracee.parked_status = status;
    parked_.push_back(tid);
}

void Lineage::arrived(Tracee& child) {
    child.stage = Tracee::Stage::Watched;
    const Birth& birth = child.birth;
    workload_.report(workload_.decoder.cloned(birth.parent, child.tid, child.pid, birth.call_name, birth.flags));
}

Tracee& Lineage::settle_parked() {
    const Tid tid = parked_.back();
    parked_.pop_back();
    Tracee& child = *workload_.tracees.find(tid);
    const std::optional<ProcStatus> status = read_proc_status(tid);
    const Pid pid = status ? status->pid : static_cast<Pid>(raw(tid));
    Birth birth{.parent = leader_of(pid), .pid = pid};
    describe(birth_call(child), birth);
    if (leader_of(pid) == tid) {
        const Tid parent = status ? leader_of(status->parent) : Tid::None;
        birth.parent = workload_.tracees.find(parent) != nullptr ? parent : root();
    } else if ((birth.flags & CLONE_THREAD) == 0) {
        birth.flags = usual_thread_flags;
    }
    adopt(child, birth, unknown_runtime);
    arrived(child);
    return child;
}

Tid Lineage::shown_parent(Tracee& leader) {
    if (leader.tid == workload_.entrypoint) return no_parent;
    const Tracee* parent = workload_.tracees.find(leader.parent);
    if (parent != nullptr && parent->serial == leader.parent_serial) return parent->tid;
    // Its parent has ended: the kernel gave it to the next subreaper above (prctl(2), PR_SET_CHILD_SUBREAPER), which
    // may be bewit.
    const std::optional<ProcStatus> status = read_proc_status(leader.tid);
    set_parent(leader, status ? workload_.tracees.find(leader_of(status->parent)) : nullptr);
    // Without an entrypoint, a parent that is not watched is a parent all the same.
    if (leader.parent == no_parent && status && raw(status->parent) != getpid())
        leader.parent = leader_of(status->parent);
    return leader.parent;
}

void Lineage::executed(Tracee& leader, Tid former) {
    leader.stage = Tracee::Stage::Watched;
    Runtime::executed(leader.runtime);
    open_memory(leader);
    Tracee* caller = former == leader.tid ? &leader : workload_.tracees.find(former);
    const PendingCall* call = caller == nullptr ? nullptr : calls_.pending_exec(*caller);
    workload_.report(workload_.decoder.executed(leader.tid, shown_parent(leader), call));
    calls_.release(leader);
    if (caller != nullptr && caller != &leader) forget(*caller);
}

Tid Lineage::lost_exec(const Tracee& leader) const {
    if (leader.others != 1) return Tid::None;
    const auto other = static_cast<pid_t>(leader.others_tids);
    const bool is_there = syscall(SYS_tgkill, static_cast<pid_t>(raw(leader.pid)), other, 0) == 0 || errno != ESRCH;
    return is_there ? Tid::None : static_cast<Tid>(other);
}

void Lineage::forget(Tracee& tracee) {
    calls_.release(tracee);
    join_group(tracee, -1);
    workload_.tracees.erase(tracee);
}

void Lineage::ended(Tid tid, Tracee* tracee, int status) {
    if (tracee == nullptr || tracee->stage == Tracee::Stage::Parked) {
        died_unknown_[next_died_] = tid;
        next_died_ = (next_died_ + 1) % died_unknown_.size();
    }
    if (tracee == nullptr) return;
    switch (tracee->stage) {
        case Tracee::Stage::Parked:
            std::erase(parked_, tid);
            break;
        case Tracee::Stage::Announced:
            arrived(*tracee);
            [[fallthrough]];
        case Tracee::Stage::Found:
        case Tracee::Stage::Watched: {
            const bool entrypoint_reaps = workload_.entrypoint_alive && tid != workload_.entrypoint;
            const Tid reaper = entrypoint_reaps ? workload_.entrypoint : Tid::None;
            workload_.report(workload_.decoder.exited(tid, {.status = status, .reaper = reaper}));
            break;
        }
        case Tracee::Stage::SettingUp:
            break;
    }
    if (tid == workload_.entrypoint) workload_.entrypoint_alive = false;
    forget(*tracee);
}

}  // namespace bewit::tracer
