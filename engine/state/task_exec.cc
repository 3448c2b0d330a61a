// execve(2) replaces the image of a process and ends all its threads but one, which gets the leader's id. What the
// record tells is the new truth; what it leaves out is unknown, except what an exec does not change.
#include <string_view>

#include "engine/state/task_events.h"
#include "engine/state/task_params.h"

namespace bewit::state {
namespace {

enum ExeFlag : uint32_t { Writable = 1, UpperLayer = 2, FromMemfd = 4, LowerLayer = 8 };

void take_exe_flags(uint32_t flags, event::ProcessFacts& facts) {
    facts.exe_writable = (flags & Writable) != 0;
    facts.exe_upper_layer = (flags & UpperLayer) != 0;
    facts.exe_from_memfd = (flags & FromMemfd) != 0;
    facts.exe_lower_layer = (flags & LowerLayer) != 0;
}

void drop_deleted_mark(std::string& path) {
    constexpr std::string_view mark = " (deleted)";
    if (path.ends_with(mark)) path.resize(path.size() - mark.size());
}

}  // namespace

void TaskEvents::exec(const event::View& event) {
    const auto result = event.result();
    if (!result || *result != 0) return;
    Process* process = executing(event);
    if (process == nullptr) return;
    place(*process, event);
    reader_.invalidate(*process, event::CommFact | event::ImageFacts | event::EnvironmentFact | event::CredentialFacts |
                                     volatile_groups);
    fill_image(*process, event);
    fill_credentials(*process, event);
    table_.touch(*process);
    reader_.read_wanted(*process);
}

// The entry of the process: found, alive again, and alone; or made.
Process* TaskEvents::executing(const event::View& event) {
    const Tid tid = event.tid();
    Process* known = table_.find(tid);
    if (known != nullptr && known->leader != known) {
        // The record bears the leader's id. So a thread had it before, and its end was missed.
        table_.remove(*known, Tid::None);
        known = nullptr;
    }
    if (known != nullptr) {
        table_.revive(*known);
        table_.remove_other_threads(*known);
        return known;
    }
    if (event.param(exec_positions().parent).present()) return &table_.create_leader(tid);
    Process* asked = table_.obtain(tid);
    return asked != nullptr ? asked->leader : &table_.create_leader(tid);
}

void TaskEvents::place(Process& process, const event::View& event) {
    const event::Param parent = event.param(exec_positions().parent);
    if (!parent.present()) return;
    const auto tid = static_cast<Tid>(parent.as_int());
    if (raw(tid) == 0) {
        table_.set_entrypoint(process);
    } else if (process.parent == nullptr && !process.entrypoint) {
        // Where the parent is known, what the clones said stays: for an orphan the kernel may name the watching
        // program.
        Process* named = parent_named(tid);
        if (named != nullptr) table_.set_parent(process, named->leader);
    }
}

void TaskEvents::fill_image(Process& process, const event::View& event) {
    const TaskPositions& at = exec_positions();
    event::ProcessFacts& facts = process.facts;
    uint32_t told = 0;
    if (take_text(event.param(at.comm), facts.comm)) told |= event::CommFact;
    bool whole_image = take_arguments(event, at, facts.argv);
    whole_image &= take_text(event.param(at.exe_path), facts.exe_path);
    drop_deleted_mark(facts.exe_path);
    whole_image &= take_int(event.param(at.exe_inode), facts.exe_inode);
    whole_image &= take_int(event.param(at.exe_ctime), facts.exe_ctime_ns);
    whole_image &= take_int(event.param(at.exe_mtime), facts.exe_mtime_ns);
    const event::Param flags = event.param(at.flags);
    if (flags.present()) take_exe_flags(static_cast<uint32_t>(flags.as_uint()), facts);
    if (whole_image && flags.present()) told |= event::ImageFacts;
    if (take_strings(event.param(at.environment), facts.environment)) told |= event::EnvironmentFact;
    if (take_text(event.param(at.cwd), facts.cwd)) told |= event::WorkingDirectory;
    if (take_strings(event.param(at.cgroups), facts.cgroups)) told |= event::CgroupFacts;
    take_int(event.param(at.tty), facts.tty);
    take_int(event.param(at.pgid), facts.pgid);
    take_int(event.param(at.vpgid), facts.vpgid);
    take_resources(event, at, facts);
    reader_.confirm(process, told);
}

void TaskEvents::fill_credentials(Process& process, const event::View& event) {
    const TaskPositions& at = exec_positions();
    event::ProcessFacts& facts = process.facts;
    bool whole = take_int(event.param(at.uid), facts.uid);
    whole &= take_int(event.param(at.gid), facts.gid);
    whole &= take_int(event.param(at.cap_inheritable), facts.cap_inheritable);
    whole &= take_int(event.param(at.cap_permitted), facts.cap_permitted);
    whole &= take_int(event.param(at.cap_effective), facts.cap_effective);
    if (whole) reader_.confirm(process, event::CredentialFacts);
    if (take_int(event.param(at.login_uid), facts.login_uid)) reader_.confirm(process, event::LoginUidFact);
}

}  // namespace bewit::state
