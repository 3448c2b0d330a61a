// Parents, ancestors, and the leaders of sessions and groups. The walk goes from leader to leader upwards; it cannot be
// longer than the table of threads, whatever the table says.
#include <array>

#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"
#include "engine/field/subject.h"

namespace bewit::field {
namespace {

using state::Process;
using TextOf = std::string_view(Context&, Process&);

// `visit(Process&)` for each ancestor, the parent first, until it returns false.
template <class Visit>
void walk_up(Context& context, Visit&& visit) {
    Process* process = parent_of(context);
    // The table may grow as the walk goes up.
    for (size_t i = 0; process != nullptr && i <= context.state.size(); ++i) {
        if (!visit(*process)) return;
        process = context.state.ancestor(process->tid, 1);
    }
}

Presence give_kin(Context& context, Value& value, Process* kin, TextOf* text) {
    return kin != nullptr ? give_text(value, text(context, *kin)) : Presence::Absent;
}

Process* ancestor_of(const Field& field, Context& context) {
    if (field.index > INT32_MAX) return nullptr;
    return context.state.ancestor(context.event.tid(), static_cast<unsigned>(field.index));
}

Presence give_joined(Context& context, Value& value, TextOf* text) {
    std::string& out = context.scratch.text();
    walk_up(context, [&](Process& ancestor) {
        if (!out.empty()) out += ' ';
        out += text(context, ancestor);
        return true;
    });
    return out.empty() ? Presence::Absent : give_text(value, out);
}

Presence give_all(Context& context, Value& value, TextOf* text) {
    std::vector<Value>& list = context.scratch.list();
    walk_up(context, [&](Process& ancestor) {
        list.push_back(Value::of_text(text(context, ancestor)));
        return true;
    });
    return list.empty() ? Presence::Absent : give(value, Value::of_list(list));
}

Presence give_ancestor(const Field& field, Context& context, Value& value, TextOf* text) {
    if (field.index >= 0) return give_kin(context, value, ancestor_of(field, context), text);
    return context.shown ? give_joined(context, value, text) : give_all(context, value, text);
}

int64_t pid_of(Context& context, Process& process) { return raw(facts_of(context, process, event::IdentityFacts).pid); }

bool is_shell(std::string_view comm) { return comm.ends_with("sh"); }

using IdOf = int64_t(const event::ProcessFacts&);
int64_t session_of(const event::ProcessFacts& facts) { return facts.sid; }
int64_t virtual_group_of(const event::ProcessFacts& facts) { return facts.vpgid; }
int64_t group_of(const event::ProcessFacts& facts) { return facts.pgid; }

bool is_in_namespace(const event::ProcessFacts& facts) { return facts.vpid != -1 && facts.vpid != raw(facts.pid); }

// Who leads the session or group: the process with that id. Where the id is one of another pid namespace than ours, the
// oldest of those ancestors, without a gap, that belong to it.
Process* leader_of_group(Context& context, IdOf* id_of, bool is_virtual) {
    Process* self = thread_of(context);
    if (self == nullptr) return nullptr;
    const event::ProcessFacts& facts = facts_of(context, *self, event::IdentityFacts);
    const int64_t id = id_of(facts);
    if (id == -1) return nullptr;
    if (id > 0 && (!is_virtual || !is_in_namespace(facts))) {
        if (Process* leader = context.state.thread(static_cast<Tid>(id)); leader != nullptr) return leader;
    }
    Process* leader = nullptr;
    walk_up(context, [&](Process& ancestor) {
        if (id_of(facts_of(context, ancestor, event::IdentityFacts)) != id) return false;
        leader = &ancestor;
        return true;
    });
    return leader;
}

// Nothing is known of the leader: "", not an absent value.
Presence give_group(Context& context, Value& value, IdOf* id_of, bool is_virtual, TextOf* text) {
    if (thread_of(context) == nullptr) return Presence::Absent;
    Process* leader = leader_of_group(context, id_of, is_virtual);
    return give_text(value, leader != nullptr ? text(context, *leader) : "");
}

}  // namespace

Presence parent_name(const Field&, Context& context, Value& value) {
    return give_kin(context, value, parent_of(context), comm_of);
}
Presence parent_exe(const Field&, Context& context, Value& value) {
    return give_kin(context, value, parent_of(context), exe_of);
}
Presence parent_exe_path(const Field&, Context& context, Value& value) {
    return give_kin(context, value, parent_of(context), exe_path_of);
}
Presence parent_cmdline(const Field&, Context& context, Value& value) {
    return give_kin(context, value, parent_of(context), cmdline_of);
}
Presence parent_pid(const Field&, Context& context, Value& value) {
    Process* parent = parent_of(context);
    return parent != nullptr ? give_int(value, pid_of(context, *parent)) : Presence::Absent;
}
Presence parent_vpid(const Field&, Context& context, Value& value) {
    Process* parent = parent_of(context);
    if (parent == nullptr) return Presence::Absent;
    const event::ProcessFacts& facts = facts_of(context, *parent, event::IdentityFacts);
    return give_int(value, context.state.shown_number(facts, facts.vpid));
}

Presence ancestor_name(const Field& field, Context& context, Value& value) {
    return give_ancestor(field, context, value, comm_of);
}
Presence ancestor_exe(const Field& field, Context& context, Value& value) {
    return give_ancestor(field, context, value, exe_of);
}
Presence ancestor_exe_path(const Field& field, Context& context, Value& value) {
    return give_ancestor(field, context, value, exe_path_of);
}
Presence ancestor_cmdline(const Field& field, Context& context, Value& value) {
    return give_ancestor(field, context, value, cmdline_of);
}
Presence ancestor_args(const Field& field, Context& context, Value& value) {
    if (field.index >= 0) return give_kin(context, value, ancestor_of(field, context), args_of);
    return give_joined(context, value, args_of);
}

Presence ancestor_pid(const Field& field, Context& context, Value& value) {
    if (field.index >= 0 || context.shown) {
        Process* process = field.index >= 0 ? ancestor_of(field, context) : leader_of(context);
        return process != nullptr ? give_int(value, pid_of(context, *process)) : Presence::Absent;
    }
    std::vector<Value>& list = context.scratch.list();
    walk_up(context, [&](Process& ancestor) {
        list.push_back(Value::of_int(pid_of(context, ancestor)));
        return true;
    });
    return list.empty() ? Presence::Absent : give(value, Value::of_list(list));
}

Presence ancestor_env(const Field& field, Context& context, Value& value) {
    Process* leader = leader_of(context);
    if (leader == nullptr) return Presence::Absent;
    if (!field.argument.empty()) {
        // As far up as Falco looks.
        size_t generations = 20;
        std::string_view found;
        walk_up(context, [&](Process& ancestor) {
            found = variable_of(context, ancestor, field.argument);
            return found.empty() && --generations > 0;
        });
        return give_text(value, found);
    }
    const bool own = field.index == 0 || (field.index < 0 && context.shown);
    if (own) return give_text(value, environment_of(context, *leader));
    return give_ancestor(field, context, value, environment_of);
}

Presence login_shell(const Field&, Context& context, Value& value) {
    Process* leader = leader_of(context);
    if (leader == nullptr) return Presence::Absent;
    Process* shell = is_shell(comm_of(context, *leader)) ? leader : nullptr;
    walk_up(context, [&](Process& ancestor) {
        if (is_shell(comm_of(context, ancestor))) shell = &ancestor;
        return true;
    });
    return shell != nullptr ? give_int(value, pid_of(context, *shell)) : Presence::Absent;
}

Presence session_name(const Field&, Context& context, Value& value) {
    return give_group(context, value, session_of, true, comm_of);
}
Presence session_exe(const Field&, Context& context, Value& value) {
    return give_group(context, value, session_of, true, exe_of);
}
Presence session_exe_path(const Field&, Context& context, Value& value) {
    return give_group(context, value, session_of, true, exe_path_of);
}
Presence vpgid_name(const Field&, Context& context, Value& value) {
    return give_group(context, value, virtual_group_of, true, comm_of);
}
Presence vpgid_exe(const Field&, Context& context, Value& value) {
    return give_group(context, value, virtual_group_of, true, exe_of);
}
Presence vpgid_exe_path(const Field&, Context& context, Value& value) {
    return give_group(context, value, virtual_group_of, true, exe_path_of);
}
Presence pgid_name(const Field&, Context& context, Value& value) {
    return give_group(context, value, group_of, false, comm_of);
}
Presence pgid_exe(const Field&, Context& context, Value& value) {
    return give_group(context, value, group_of, false, exe_of);
}
Presence pgid_exe_path(const Field&, Context& context, Value& value) {
    return give_group(context, value, group_of, false, exe_path_of);
}

}  // namespace bewit::field
