#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"
#include "engine/field/subject.h"

namespace bewit::field {
namespace {

using event::ProcessFacts;
using state::Process;

// nullptr when the process is not known.
const ProcessFacts* resources_of(Context& context) {
    Process* leader = leader_of(context);
    return leader != nullptr ? &facts_of(context, *leader, event::ResourceFacts) : nullptr;
}

Presence give_resource(Context& context, Value& value, uint64_t ProcessFacts::*member) {
    const ProcessFacts* facts = resources_of(context);
    return facts != nullptr ? give_uint(value, facts->*member) : Presence::Absent;
}

// What the process has is said of its first thread alone.
Presence give_of_first(Context& context, Value& value, uint64_t ProcessFacts::*member, uint64_t unit) {
    const Process* thread = thread_of(context);
    if (thread == nullptr) return Presence::Absent;
    const ProcessFacts* facts = resources_of(context);
    return give_uint(value, thread->is_leader() && facts != nullptr ? facts->*member * unit : 0);
}

// The kernel's count, or that of the threads that were seen.
uint64_t threads_of(Process& leader, const ProcessFacts& facts) {
    return facts.threads != 0 ? facts.threads : leader.threads;
}

}  // namespace

Presence descriptor_count(const Field&, Context& context, Value& value) {
    return give_resource(context, value, &ProcessFacts::fd_count);
}
Presence descriptor_limit(const Field&, Context& context, Value& value) {
    const ProcessFacts* facts = resources_of(context);
    return facts != nullptr ? give_int(value, facts->fd_limit) : Presence::Absent;
}
Presence descriptor_usage(const Field&, Context& context, Value& value) {
    const ProcessFacts* facts = resources_of(context);
    if (facts == nullptr) return Presence::Absent;
    const double limit = static_cast<double>(facts->fd_limit);
    return give(value, Value::of_double(limit > 0 ? static_cast<double>(facts->fd_count) * 100 / limit : 0));
}

Presence vm_size(const Field&, Context& context, Value& value) {
    return give_resource(context, value, &ProcessFacts::vm_size_kb);
}
Presence vm_rss(const Field&, Context& context, Value& value) {
    return give_resource(context, value, &ProcessFacts::vm_rss_kb);
}
Presence vm_swap(const Field&, Context& context, Value& value) {
    return give_resource(context, value, &ProcessFacts::vm_swap_kb);
}
Presence faults_major(const Field&, Context& context, Value& value) {
    return give_resource(context, value, &ProcessFacts::faults_major);
}
Presence faults_minor(const Field&, Context& context, Value& value) {
    return give_resource(context, value, &ProcessFacts::faults_minor);
}

Presence thread_count(const Field&, Context& context, Value& value) {
    Process* leader = leader_of(context);
    if (leader == nullptr) return Presence::Absent;
    return give_uint(value, threads_of(*leader, facts_of(context, *leader, event::ResourceFacts)));
}
Presence thread_children(const Field&, Context& context, Value& value) {
    Process* leader = leader_of(context);
    if (leader == nullptr) return Presence::Absent;
    const uint64_t threads = threads_of(*leader, facts_of(context, *leader, event::ResourceFacts));
    return give_uint(value, threads > 0 ? threads - 1 : 0);
}

Presence thread_vm_size(const Field&, Context& context, Value& value) {
    return give_of_first(context, value, &ProcessFacts::vm_size_kb, 1);
}
Presence thread_vm_rss(const Field&, Context& context, Value& value) {
    return give_of_first(context, value, &ProcessFacts::vm_rss_kb, 1);
}
Presence thread_vm_size_bytes(const Field&, Context& context, Value& value) {
    return give_of_first(context, value, &ProcessFacts::vm_size_kb, 1024);
}
Presence thread_vm_rss_bytes(const Field&, Context& context, Value& value) {
    return give_of_first(context, value, &ProcessFacts::vm_rss_kb, 1024);
}

Presence thread_total_exec_time(const Field&, Context& context, Value& value) {
    return thread_of(context) != nullptr ? give_uint(value, 0) : Presence::Absent;
}

Presence thread_cgroups(const Field&, Context& context, Value& value) {
    Process* thread = thread_of(context);
    if (thread == nullptr) return Presence::Absent;
    std::string& out = context.scratch.text();
    for (const std::string& cgroup : facts_of(context, *thread, event::CgroupFacts).cgroups) {
        if (!out.empty()) out += ' ';
        out += cgroup;
    }
    return out.empty() ? Presence::Absent : give_text(value, out);
}

Presence thread_cgroup(const Field& field, Context& context, Value& value) {
    Process* thread = thread_of(context);
    if (thread == nullptr) return Presence::Absent;
    for (const std::string_view cgroup : facts_of(context, *thread, event::CgroupFacts).cgroups) {
        const size_t separator = cgroup.find('=');
        if (separator != std::string_view::npos && cgroup.substr(0, separator) == field.argument) {
            return give_text(value, cgroup.substr(separator + 1));
        }
    }
    return give_text(value, "/");
}

}  // namespace bewit::field
