// Computed once for all kinds, from the catalogue's flags and from lists of names. Where a call changes something only
// sometimes, it counts as changing it: this table may be too cautious, never too bold.
#include "engine/field/call_effect.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>

#include "engine/event/witness.h"

namespace bewit::field {
namespace {

using event::EventInfo;
using event::Kind;
using event::ParamType;
using namespace std::string_view_literals;

constexpr uint32_t everything = ~uint32_t{0};
constexpr uint32_t volatile_facts = event::ResourceFacts;

struct NamedFacts {
    std::string_view name;
    uint32_t facts;
};

constexpr NamedFacts changes[] = {
    {"execve", everything},
    {"execveat", everything},
    {"setuid", event::CredentialFacts},
    {"setreuid", event::CredentialFacts},
    {"setresuid", event::CredentialFacts},
    {"setfsuid", event::CredentialFacts},
    {"setgid", event::CredentialFacts},
    {"setregid", event::CredentialFacts},
    {"setresgid", event::CredentialFacts},
    {"setfsgid", event::CredentialFacts},
    {"setgroups", event::CredentialFacts},
    {"capset", event::CredentialFacts},
    {"prctl", event::CommFact | event::CredentialFacts},
    {"unshare", event::CredentialFacts | event::CgroupFacts | event::WorkingDirectory},
    {"setns", event::CredentialFacts | event::CgroupFacts | event::WorkingDirectory},
    {"setsid", event::IdentityFacts},
    {"setpgid", event::IdentityFacts},
    {"chdir", event::WorkingDirectory},
    {"fchdir", event::WorkingDirectory},
    {"chroot", event::WorkingDirectory},
    {"pivot_root", event::WorkingDirectory},
    {"mount", event::WorkingDirectory},
    {"move_mount", event::WorkingDirectory},
    {"umount", event::WorkingDirectory},
    {"umount2", event::WorkingDirectory},
    {"rename", event::WorkingDirectory},
    {"renameat", event::WorkingDirectory},
    {"renameat2", event::WorkingDirectory},
    {"rmdir", event::WorkingDirectory},
    {"unlinkat", event::WorkingDirectory},
};

// A file of /proc or of a cgroup may be what is written to: comm, loginuid, cgroup.procs.
constexpr uint32_t written_facts = event::CommFact | event::LoginUidFact | event::CgroupFacts;

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

uint32_t changed_facts(std::string_view name, const EventInfo* info) {
    uint32_t facts = volatile_facts;
    const auto named = std::ranges::find(changes, name, &NamedFacts::name);
    if (named != std::end(changes)) facts |= named->facts;
    const bool writes = info != nullptr && info->has(event::WritesFd);
    if (writes || is_one_of(name, {"sendfile", "splice", "tee", "vmsplice", "copy_file_range"})) facts |= written_facts;
    return facts;
}

OpenForm open_form(std::string_view name) {
    if (name == "open"sv) return OpenForm::Open;
    if (name == "openat"sv || name == "openat2"sv) return OpenForm::OpenAt;
    if (name == "creat"sv) return OpenForm::Creat;
    return name == "open_by_handle_at"sv ? OpenForm::ByHandle : OpenForm::None;
}

// The parameter called `fd`, else the first descriptor behind the result: `oldfd`, `dirfd`, `out_fd`, ...
uint8_t descriptor_position(const EventInfo& info) {
    for (size_t i = 1; i < info.params.size(); ++i) {
        if (info.params[i].name == "fd" && info.params[i].type == ParamType::Fd) return static_cast<uint8_t>(i);
    }
    for (size_t i = 1; i < info.params.size(); ++i) {
        if (info.params[i].type == ParamType::Fd) return static_cast<uint8_t>(i);
    }
    return 0;
}

DescriptorRole descriptor_role(std::string_view name, const EventInfo& info) {
    const bool creates = info.has(event::CreatesFd);
    const bool uses = info.has(event::UsesFd);
    if (is_one_of(name, {"pipe", "pipe2", "socketpair"})) return DescriptorRole::Pair;
    if (creates && uses) return DescriptorRole::Duplicated;
    if (creates) return DescriptorRole::Made;
    return uses || info.has(event::DestroysFd) ? DescriptorRole::Given : DescriptorRole::None;
}

void describe_descriptor(std::string_view name, const EventInfo& info, CallEffect& effect) {
    effect.role = descriptor_role(name, info);
    effect.position = descriptor_position(info);
    effect.may_duplicate = name == "fcntl";
    const bool receives = name.starts_with("recv"), sends = name.starts_with("send") && name != "sendfile";
    effect.transfers = receives || sends;
    effect.reconnects =
        effect.transfers || is_one_of(name, {"connect", "bind", "listen", "shutdown", "getsockopt", "setsockopt"});
}

CallEffect describe(Kind kind) {
    CallEffect effect;
    const std::string_view name = event::kind_name(kind);
    const EventInfo* info = event::kind_event(kind);
    effect.facts = changed_facts(name, info);
    effect.open = open_form(name);
    effect.executes = is_one_of(name, {"execve", "execveat"});
    if (info != nullptr) describe_descriptor(name, *info, effect);
    return effect;
}

std::array<CallEffect, event::max_kinds> build() {
    std::array<CallEffect, event::max_kinds> result;
    for (size_t i = 0; i < event::kind_count(); ++i) result[i] = describe(static_cast<Kind>(i));
    return result;
}

}  // namespace

const CallEffect& effect_of(Kind kind) {
    static const std::array<CallEffect, event::max_kinds> all = build();
    return all[event::index(kind)];
}

}  // namespace bewit::field
