#include "engine/state/fact_reader.h"

namespace bewit::state {
namespace {

using event::ProcessFacts;

void copy_groups(const ProcessFacts& from, uint32_t groups, ProcessFacts& to) {
    if (groups & event::ImageFacts) {
        to.argv = from.argv;
        to.exe_path = from.exe_path;
        to.exe_inode = from.exe_inode;
        to.exe_ctime_ns = from.exe_ctime_ns;
        to.exe_mtime_ns = from.exe_mtime_ns;
        to.exe_writable = from.exe_writable;
        to.exe_upper_layer = from.exe_upper_layer;
        to.exe_lower_layer = from.exe_lower_layer;
        to.exe_from_memfd = from.exe_from_memfd;
    }
    if (groups & event::EnvironmentFact) to.environment = from.environment;
    if (groups & event::WorkingDirectory) to.cwd = from.cwd;
    if (groups & event::LoginUidFact) to.login_uid = from.login_uid;
    if (groups & event::CgroupFacts) to.cgroups = from.cgroups;
    if (groups & event::ResourceFacts) {
        to.vm_size_kb = from.vm_size_kb;
        to.vm_rss_kb = from.vm_rss_kb;
        to.vm_swap_kb = from.vm_swap_kb;
        to.faults_major = from.faults_major;
        to.faults_minor = from.faults_minor;
        to.fd_limit = from.fd_limit;
        to.fd_count = from.fd_count;
        to.threads = from.threads;
    }
}

}  // namespace

const ProcessFacts& FactReader::facts(Process& process, uint32_t groups) {
    const uint32_t of_process = groups & process_groups;
    if (of_process != 0 && process.leader != &process) {
        if (of_process == groups) return facts(*process.leader, groups);
        // Both kinds at once: the thread gets copies, once as long as they hold.
        begin_event(process);
        const uint32_t missing = of_process & ~process.known;
        if (missing != 0) {
            copy_groups(facts(*process.leader, missing), missing, process.facts);
            confirm(process, missing & process.leader->known);
        }
        groups &= ~process_groups;
    }
    begin_event(process);
    const uint32_t missing = groups & ~process.known & ~process.asked_;
    if (missing != 0) ask(process, missing);
    return process.facts;
}

bool FactReader::introduce(Process& process) {
    begin_event(process);
    ask(process, event::IdentityFacts | (wanted_ & ~volatile_groups));
    return process.known != 0;
}

void FactReader::confirm(Process& process, uint32_t groups) {
    begin_event(process);
    process.known |= groups;
}

void FactReader::invalidate(Process& process, uint32_t groups) {
    process.known &= ~groups;
    process.asked_ &= ~groups;
}

void FactReader::begin_event(Process& process) const {
    if (process.generation_ == generation_) return;
    process.generation_ = generation_;
    process.known &= ~volatile_groups;
    process.asked_ = 0;
}

void FactReader::ask(Process& process, uint32_t groups) {
    // Who is whose parent is the state's to say, once it knows: the kernel's answer for an orphan may be the watching
    // program.
    const Pid pid = process.facts.pid;
    const Pid parent = process.facts.parent;
    process.asked_ |= groups;
    const uint32_t answered = witness_.process(process.tid, groups, process.facts) & groups;
    if (pid != Pid::None) {
        process.facts.pid = pid;
        process.facts.parent = parent;
    }
    process.known |= answered;
    if ((answered & event::IdentityFacts) == 0) return;
    if (process.clone_time_ns == 0) process.clone_time_ns = process.facts.start_time_ns;
}

}  // namespace bewit::state
