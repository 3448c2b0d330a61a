// For facts that the kernel can be asked for, a record's value is written down all the same, and the fact then declared
// unknown: who can look (the tracer) is asked when a rule needs it; who cannot (a capture) leaves the written value
// standing.
#include "engine/state/task_events.h"

#include "engine/state/path.h"
#include "engine/state/task_params.h"

namespace bewit::state {
namespace {

// As in the table of prctl options of engine/event, and the kernel's own (prctl(2)).
enum PrctlOption : uint32_t { SetName = 15, SetChildSubreaper = 36 };
// Characters that a comm can have: TASK_COMM_LEN without its NUL.
constexpr size_t comm_length = 15;
constexpr uint32_t new_user_namespace = 0x100000;

bool succeeded(const event::View& event) {
    const auto result = event.result();
    return result && *result >= 0;
}

// setresuid(2) and its kin: -1 leaves an id as it is.
void take_id(const event::Param& param, uint32_t& id) {
    const auto value = static_cast<uint32_t>(param.as_uint());
    if (param.present() && value != UINT32_MAX) id = value;
}

event::Param effective(const event::View& event, std::string_view of_three, std::string_view of_one) {
    const event::Param param = event.param(of_three);
    return param.info != nullptr ? param : event.param(of_one);
}

}  // namespace

void TaskEvents::apply(const event::View& event, Change change) {
    switch (change) {
        case Change::Clone:
            return clone(event);
        case Change::Exec:
            return exec(event);
        case Change::Exit:
            return exit(event);
        default:
            break;
    }
    if (!succeeded(event)) return;
    switch (change) {
        case Change::Prctl:
            return prctl(event);
        case Change::UserIds:
            return user_ids(event);
        case Change::GroupIds:
            return group_ids(event);
        case Change::Capabilities:
            return capabilities(event);
        case Change::Namespaces:
            return namespaces(event);
        case Change::Session:
            return session(event);
        case Change::ProcessGroup:
            return process_group(event);
        case Change::Directory:
            return directory(event);
        case Change::Root:
            return forget_directory(event.tid());
        default:
            return;
    }
}

void TaskEvents::finish() {
    if (exiting_ == Tid::None) return;
    Process* process = table_.find(exiting_);
    if (process != nullptr && process->exited) table_.remove(*process, reaper_);
    exiting_ = Tid::None;
}

void TaskEvents::exit(const event::View& event) {
    Process* process = table_.find(event.tid());
    if (process == nullptr) return;
    table_.mark_exited(*process);
    exiting_ = event.tid();
    const event::Param reaper = event.param("reaper_tid");
    reaper_ = reaper.present() ? static_cast<Tid>(reaper.as_int()) : Tid::None;
}

void TaskEvents::prctl(const event::View& event) {
    Process* process = table_.find(event.tid());
    if (process == nullptr) return;
    const auto option = static_cast<uint32_t>(event.param("option").as_uint());
    if (option == SetChildSubreaper) {
        process->leader->reaper = event.param("arg2_int").as_int() != 0;
    } else if (option == SetName) {
        const event::Param name = event.param("arg2_str");
        if (name.present()) {
            process->facts.comm = name.as_text().substr(0, comm_length);
            reader_.confirm(*process, event::CommFact);
        } else {
            reader_.invalidate(*process, event::CommFact);
        }
        table_.touch(*process);
    }
}

void TaskEvents::user_ids(const event::View& event) {
    Process* process = table_.find(event.tid());
    if (process == nullptr) return;
    take_id(effective(event, "euid", "uid"), process->facts.uid);
    credentials_changed(*process);
}

void TaskEvents::group_ids(const event::View& event) {
    Process* process = table_.find(event.tid());
    if (process == nullptr) return;
    take_id(effective(event, "egid", "gid"), process->facts.gid);
    credentials_changed(*process);
}

void TaskEvents::capabilities(const event::View& event) {
    Process* process = table_.find(event.tid());
    if (process == nullptr) return;
    take_int(event.param("cap_inheritable"), process->facts.cap_inheritable);
    take_int(event.param("cap_permitted"), process->facts.cap_permitted);
    take_int(event.param("cap_effective"), process->facts.cap_effective);
    credentials_changed(*process);
}

// Who enters a new user namespace has every capability in it, user_namespaces(7).
void TaskEvents::namespaces(const event::View& event) {
    Process* process = table_.find(event.tid());
    if (process == nullptr) return;
    const event::Param flags = event.param("flags");
    const event::Param type = flags.info != nullptr ? flags : event.param("nstype");
    // setns(2) may leave the type open.
    const bool user = !type.present() || type.as_uint() == 0 || (type.as_uint() & new_user_namespace) != 0;
    if (user) credentials_changed(*process);
}

void TaskEvents::session(const event::View& event) {
    Process* process = table_.find(event.tid());
    if (process == nullptr) return;
    event::ProcessFacts& facts = process->leader->facts;
    facts.sid = facts.vpgid = event.result().value_or(0);
    facts.pgid = raw(facts.pid);
    facts.tty = 0;
    reader_.invalidate(*process->leader, event::IdentityFacts);
    reader_.invalidate(*process, event::IdentityFacts);
    table_.touch(*process->leader);
}

void TaskEvents::process_group(const event::View& event) {
    Process* process = table_.find(event.tid());
    if (process == nullptr) return;
    // Ids are those of the caller's pid namespace: another process than its own is left to the witness.
    if (event.param("pid").as_int() == 0) {
        event::ProcessFacts& facts = process->leader->facts;
        const int64_t group = event.param("pgid").as_int();
        facts.vpgid = group == 0 ? facts.vpid : group;
        if (group == 0) facts.pgid = raw(facts.pid);
    }
    reader_.invalidate(*process->leader, event::IdentityFacts);
    reader_.invalidate(*process, event::IdentityFacts);
}

void TaskEvents::directory(const event::View& event) {
    Process* process = table_.find(event.tid());
    if (process == nullptr) return;
    std::string& cwd = process->leader->facts.cwd;
    const std::string before = std::move(cwd);
    join_path(before, event.param("path").as_text(), cwd);
    forget_directory(event.tid());
}

void TaskEvents::change_directory(Tid tid, std::string_view directory) {
    Process* process = table_.find(tid);
    if (process == nullptr) return;
    if (!directory.empty()) process->leader->facts.cwd = directory;
    forget_directory(tid);
}

void TaskEvents::forget_directory(Tid tid) {
    Process* process = table_.find(tid);
    if (process == nullptr) return;
    reader_.invalidate(*process, event::WorkingDirectory);
    reader_.invalidate(*process->leader, event::WorkingDirectory);
}

void TaskEvents::credentials_changed(Process& process) {
    reader_.invalidate(process, event::CredentialFacts);
    table_.touch(process);
}

// Who a record names as a parent. Where the workload is enclosed, only what is in the table belongs to it.
Process* TaskEvents::parent_named(Tid tid) { return table_.enclosed() ? table_.find(tid) : table_.obtain(tid); }

}  // namespace bewit::state
