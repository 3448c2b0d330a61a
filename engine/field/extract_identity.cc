#include <iterator>

#include <fmt/format.h>

#include "engine/field/call_effect.h"
#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"
#include "engine/field/subject.h"

namespace bewit::field {
namespace {

using event::ProcessFacts;
using state::Process;

// nullptr when the thread is not known.
const ProcessFacts* identity_of(Context& context) {
    Process* thread = thread_of(context);
    return thread != nullptr ? &facts_of(context, *thread, event::IdentityFacts) : nullptr;
}

Presence give_id(Context& context, Value& value, int64_t ProcessFacts::*member) {
    const ProcessFacts* facts = identity_of(context);
    return facts != nullptr ? give_int(value, facts->*member) : Presence::Absent;
}

// Of the process's own pid namespace.
Presence give_inner_id(Context& context, Value& value, int64_t ProcessFacts::*member) {
    const ProcessFacts* facts = identity_of(context);
    return facts != nullptr ? give_int(value, context.state.shown_number(*facts, facts->*member)) : Presence::Absent;
}

// -1 means that nobody knows.
Presence give_known_inner_id(Context& context, Value& value, int64_t ProcessFacts::*member) {
    const ProcessFacts* facts = identity_of(context);
    return facts != nullptr && facts->*member != -1 ? give_inner_id(context, value, member) : Presence::Absent;
}

// Ids of threads that are not the kernel's own numbers are not shown.
bool is_kernel_id(int64_t id) { return id >= -1 && id <= int64_t{UINT32_MAX}; }

Presence give_start(Context& context, Value& value, Process* process) {
    const uint64_t start = process != nullptr ? start_of(context, *process) : 0;
    return start != 0 ? give_uint(value, start) : Presence::Absent;
}

Presence give_age(Context& context, Value& value, Process* process) {
    const uint64_t start = process != nullptr ? start_of(context, *process) : 0;
    const uint64_t now = context.event.time_ns();
    if (start == 0) return Presence::Absent;
    return give_uint(value, now > start ? now - start : 0);
}

}  // namespace

Presence process_pid(const Field&, Context& context, Value& value) {
    const ProcessFacts* facts = identity_of(context);
    if (facts == nullptr || !is_kernel_id(raw(facts->pid))) return Presence::Absent;
    return give_int(value, raw(facts->pid));
}
Presence process_vpid(const Field&, Context& context, Value& value) {
    return give_known_inner_id(context, value, &ProcessFacts::vpid);
}
Presence process_sid(const Field&, Context& context, Value& value) {
    return give_inner_id(context, value, &ProcessFacts::sid);
}
Presence process_vpgid(const Field&, Context& context, Value& value) {
    return give_inner_id(context, value, &ProcessFacts::vpgid);
}
Presence process_pgid(const Field&, Context& context, Value& value) {
    return give_id(context, value, &ProcessFacts::pgid);
}

Presence is_session_leader(const Field&, Context& context, Value& value) {
    const ProcessFacts* facts = identity_of(context);
    return facts != nullptr ? give_bool(value, facts->sid == facts->vpid) : Presence::Absent;
}
Presence is_vpgid_leader(const Field&, Context& context, Value& value) {
    const ProcessFacts* facts = identity_of(context);
    return facts != nullptr ? give_bool(value, facts->vpgid == facts->vpid) : Presence::Absent;
}
Presence is_pgid_leader(const Field&, Context& context, Value& value) {
    const ProcessFacts* facts = identity_of(context);
    return facts != nullptr ? give_bool(value, facts->pgid == raw(facts->pid)) : Presence::Absent;
}

Presence process_duration(const Field&, Context& context, Value& value) {
    return give_age(context, value, thread_of(context));
}
Presence process_start(const Field&, Context& context, Value& value) {
    return give_start(context, value, thread_of(context));
}
Presence parent_duration(const Field&, Context& context, Value& value) {
    return give_age(context, value, parent_of(context));
}
Presence parent_start(const Field&, Context& context, Value& value) {
    return give_start(context, value, parent_of(context));
}

Presence thread_id(const Field&, Context& context, Value& value) {
    // An exec from a thread that is not the first gives it the number of the first.
    if (context.at_entry && effect_of(context.event.kind()).executes) return Presence::Unknown;
    const int64_t tid = raw(context.event.tid());
    return is_kernel_id(tid) ? give_int(value, tid) : Presence::Absent;
}
Presence thread_is_main(const Field&, Context& context, Value& value) {
    Process* thread = thread_of(context);
    return thread != nullptr ? give_bool(value, thread->is_leader()) : Presence::Absent;
}
Presence thread_vtid(const Field&, Context& context, Value& value) {
    return give_known_inner_id(context, value, &ProcessFacts::vtid);
}
Presence thread_name_tid(const Field&, Context& context, Value& value) {
    Process* thread = thread_of(context);
    if (thread == nullptr) return Presence::Absent;
    std::string& out = context.scratch.text();
    out += comm_of(context, *thread);
    fmt::format_to(std::back_inserter(out), "{}", raw(context.event.tid()));
    return give_text(value, out);
}

}  // namespace bewit::field
