#include "engine/field/call_effect.h"
#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"
#include "engine/field/subject.h"

namespace bewit::field {
namespace {

using event::ProcessFacts;
using TextOf = std::string_view(Context&, state::Process&);

Presence give_own(Context& context, Value& value, TextOf* text) {
    state::Process* thread = thread_of(context);
    return thread != nullptr ? give_text(value, text(context, *thread)) : Presence::Absent;
}

// Facts of the image, which the leader holds; nullptr when the process is not known.
const ProcessFacts* image_of(Context& context) {
    state::Process* leader = leader_of(context);
    return leader != nullptr ? &facts_of(context, *leader, event::ImageFacts) : nullptr;
}

Presence give_image_bool(Context& context, Value& value, bool ProcessFacts::*member) {
    const ProcessFacts* image = image_of(context);
    return image != nullptr ? give_bool(value, image->*member) : Presence::Absent;
}

// 0 means that nobody knows.
Presence give_nonzero(Value& value, uint64_t number) {
    return number != 0 ? give_uint(value, number) : Presence::Absent;
}

// How long before `later` the executable's inode was changed for the last time.
Presence give_exe_age(Context& context, Value& value, uint64_t later_ns) {
    const ProcessFacts* image = image_of(context);
    if (image == nullptr || image->exe_ctime_ns == 0 || image->exe_ctime_ns >= later_ns) return Presence::Absent;
    return give_uint(value, later_ns - image->exe_ctime_ns);
}

uint64_t namespace_start_of(const Context& context) { return context.state.container().start_time_ns.value_or(0); }

// A session's leader may get a terminal by opening one, and by an ioctl.
bool may_change_terminal(const Context& context, const ProcessFacts& facts) {
    const CallEffect& effect = effect_of(context.event.kind());
    if ((effect.facts & event::IdentityFacts) != 0 || context.event.name() == "ioctl") return true;
    const bool leads_session = facts.sid == facts.vpid || facts.sid == raw(facts.pid);
    return effect.open != OpenForm::None && leads_session && facts.tty == 0;
}

}  // namespace

Presence process_name(const Field&, Context& context, Value& value) { return give_own(context, value, comm_of); }
Presence process_exe(const Field&, Context& context, Value& value) { return give_own(context, value, exe_of); }
Presence process_exe_path(const Field&, Context& context, Value& value) {
    return give_own(context, value, exe_path_of);
}
Presence process_cmdline(const Field&, Context& context, Value& value) { return give_own(context, value, cmdline_of); }

Presence process_args(const Field& field, Context& context, Value& value) {
    if (field.index < 0) return give_own(context, value, args_of);
    const ProcessFacts* image = image_of(context);
    if (image == nullptr) return Presence::Absent;
    // Behind argv[0].
    const size_t position = static_cast<size_t>(field.index) + 1;
    return give_text(value, position < image->argv.size() ? std::string_view(image->argv[position]) : "");
}

Presence process_exe_line(const Field&, Context& context, Value& value) {
    state::Process* thread = thread_of(context);
    if (thread == nullptr) return Presence::Absent;
    std::string& out = context.scratch.text();
    out += exe_of(context, *thread);
    out += ' ';
    out += args_of(context, *thread);
    return give_text(value, out);
}

Presence process_arg_count(const Field&, Context& context, Value& value) {
    const ProcessFacts* image = image_of(context);
    if (image == nullptr) return Presence::Absent;
    return give_uint(value, image->argv.empty() ? 0 : image->argv.size() - 1);
}

Presence process_args_length(const Field&, Context& context, Value& value) {
    const ProcessFacts* image = image_of(context);
    if (image == nullptr) return Presence::Absent;
    size_t length = 0;
    for (size_t i = 1; i < image->argv.size(); ++i) length += image->argv[i].size();
    return give_uint(value, length);
}

Presence process_env(const Field& field, Context& context, Value& value) {
    state::Process* leader = leader_of(context);
    if (leader == nullptr) return Presence::Absent;
    if (field.argument.empty()) return give_text(value, environment_of(context, *leader));
    return give_text(value, variable_of(context, *leader, field.argument));
}

Presence process_cwd(const Field&, Context& context, Value& value) {
    if (thread_of(context) == nullptr) return Presence::Absent;
    state::Process* leader = leader_of(context);
    if (leader == nullptr) return give_text(value, "./");
    const std::string_view directory = facts_of(context, *leader, event::WorkingDirectory).cwd;
    if (directory.ends_with('/')) return give_text(value, directory);
    std::string& out = context.scratch.text();
    out += directory;
    out += '/';
    return give_text(value, out);
}

Presence process_tty(const Field&, Context& context, Value& value) {
    state::Process* thread = thread_of(context);
    if (thread == nullptr) return Presence::Absent;
    const ProcessFacts& facts = facts_of(context, *thread, event::IdentityFacts);
    if (context.at_entry && may_change_terminal(context, facts)) return Presence::Unknown;
    return give_uint(value, facts.tty);
}

Presence exe_writable(const Field&, Context& context, Value& value) {
    return give_image_bool(context, value, &ProcessFacts::exe_writable);
}
Presence exe_upper_layer(const Field&, Context& context, Value& value) {
    return give_image_bool(context, value, &ProcessFacts::exe_upper_layer);
}
Presence exe_lower_layer(const Field&, Context& context, Value& value) {
    return give_image_bool(context, value, &ProcessFacts::exe_lower_layer);
}
Presence exe_from_memfd(const Field&, Context& context, Value& value) {
    return give_image_bool(context, value, &ProcessFacts::exe_from_memfd);
}

Presence exe_inode(const Field&, Context& context, Value& value) {
    const ProcessFacts* image = image_of(context);
    if (image == nullptr || image->exe_inode == 0) return Presence::Absent;
    return give_int(value, static_cast<int64_t>(image->exe_inode));
}
Presence exe_ctime(const Field&, Context& context, Value& value) {
    const ProcessFacts* image = image_of(context);
    return image != nullptr ? give_nonzero(value, image->exe_ctime_ns) : Presence::Absent;
}
Presence exe_mtime(const Field&, Context& context, Value& value) {
    const ProcessFacts* image = image_of(context);
    return image != nullptr ? give_nonzero(value, image->exe_mtime_ns) : Presence::Absent;
}

Presence exe_age_at_start(const Field&, Context& context, Value& value) {
    state::Process* leader = leader_of(context);
    return leader != nullptr ? give_exe_age(context, value, start_of(context, *leader)) : Presence::Absent;
}
Presence exe_age_at_namespace_start(const Field&, Context& context, Value& value) {
    return give_exe_age(context, value, namespace_start_of(context));
}
Presence namespace_start(const Field&, Context& context, Value& value) {
    return give_nonzero(value, namespace_start_of(context));
}

}  // namespace bewit::field
