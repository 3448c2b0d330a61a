#include <limits>

#include "engine/field/capability_names.h"
#include "engine/field/extract.h"
#include "engine/field/extractors.h"
#include "engine/field/give.h"
#include "engine/field/subject.h"

namespace bewit::field {
namespace {

using event::ProcessFacts;

constexpr uint32_t nobody = std::numeric_limits<uint32_t>::max();

const ProcessFacts* facts_of_thread(Context& context, uint32_t group) {
    state::Process* thread = thread_of(context);
    return thread != nullptr ? &facts_of(context, *thread, group) : nullptr;
}

// An image without passwd(5) still has a root.
Presence give_user(Context& context, Value& value, uint32_t uid, std::string state::User::*member,
                   std::string_view of_root) {
    const state::User* user = context.state.users().user(uid);
    if (user != nullptr) return give_text(value, user->*member);
    return give_text(value, uid == 0 ? of_root : "<NA>");
}

Presence give_effective_user(Context& context, Value& value, std::string state::User::*member,
                             std::string_view of_root) {
    const ProcessFacts* facts = facts_of_thread(context, event::CredentialFacts);
    return facts != nullptr ? give_user(context, value, facts->uid, member, of_root) : Presence::Absent;
}

Presence give_capabilities(Context& context, Value& value, uint64_t ProcessFacts::*member) {
    const ProcessFacts* facts = facts_of_thread(context, event::CredentialFacts);
    if (facts == nullptr) return Presence::Absent;
    std::string& out = context.scratch.text();
    append_capabilities(facts->*member, out);
    return give_text(value, out);
}

}  // namespace

Presence user_uid(const Field&, Context& context, Value& value) {
    const ProcessFacts* facts = facts_of_thread(context, event::CredentialFacts);
    return facts != nullptr ? give_uint(value, facts->uid) : Presence::Absent;
}
Presence user_name(const Field&, Context& context, Value& value) {
    return give_effective_user(context, value, &state::User::name, "root");
}
Presence user_home(const Field&, Context& context, Value& value) {
    return give_effective_user(context, value, &state::User::home, "/root");
}
Presence user_shell(const Field&, Context& context, Value& value) {
    return give_effective_user(context, value, &state::User::shell, "<NA>");
}

Presence login_uid(const Field&, Context& context, Value& value) {
    const ProcessFacts* facts = facts_of_thread(context, event::LoginUidFact);
    if (facts == nullptr) return Presence::Absent;
    return give_int(value, facts->login_uid == nobody ? -1 : int64_t{facts->login_uid});
}
Presence login_name(const Field&, Context& context, Value& value) {
    const ProcessFacts* facts = facts_of_thread(context, event::LoginUidFact);
    if (facts == nullptr) return Presence::Absent;
    if (facts->login_uid == nobody) return give_text(value, "<NA>");
    return give_user(context, value, facts->login_uid, &state::User::name, "root");
}

Presence group_gid(const Field&, Context& context, Value& value) {
    const ProcessFacts* facts = facts_of_thread(context, event::CredentialFacts);
    return facts != nullptr ? give_uint(value, facts->gid) : Presence::Absent;
}
Presence group_name(const Field&, Context& context, Value& value) {
    const ProcessFacts* facts = facts_of_thread(context, event::CredentialFacts);
    if (facts == nullptr) return Presence::Absent;
    const std::string* name = context.state.users().group(facts->gid);
    if (name != nullptr) return give_text(value, *name);
    return give_text(value, facts->gid == 0 ? "root" : "<NA>");
}

Presence cap_permitted(const Field&, Context& context, Value& value) {
    return give_capabilities(context, value, &ProcessFacts::cap_permitted);
}
Presence cap_inheritable(const Field&, Context& context, Value& value) {
    return give_capabilities(context, value, &ProcessFacts::cap_inheritable);
}
Presence cap_effective(const Field&, Context& context, Value& value) {
    return give_capabilities(context, value, &ProcessFacts::cap_effective);
}

}  // namespace bewit::field
