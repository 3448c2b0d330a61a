// The small classes.
#include "engine/field/catalogue_data.h"

#include "engine/field/extractors.h"

namespace bewit::field {
namespace {

using enum event::ParamType;
using Print = event::PrintFormat;

constexpr Nature credentials{Scope::Process, Cost::State, event::CredentialFacts};
constexpr Nature login{Scope::Event, Cost::State, event::LoginUidFact};
constexpr Nature descriptor{Scope::Event, Cost::ProcRead, 0, AtEntry::Unknown};
constexpr Nature kind{Scope::Event, Cost::Free, 0, AtEntry::Own};
constexpr Nature after{Scope::Event, Cost::Free, 0, AtEntry::Unknown};

constexpr Entry user[] = {
    {"user.uid", Uint32, Print::Id, credentials, user_uid, "Effective user id."},
    {"user.name", CharBuf, Print::None, credentials, user_name,
     "Name of the effective user, by the container's own passwd file."},
    {"user.homedir", CharBuf, Print::None, credentials, user_home, "Home directory of the effective user."},
    {"user.shell", CharBuf, Print::None, credentials, user_shell, "Login shell of the effective user."},
    {"user.loginuid", Int64, Print::Id, login, login_uid,
     "Id of the user who logged in, whatever became of it since; -1 without a login."},
    {"user.loginname", CharBuf, Print::None, login, login_name, "Name of the user who logged in."},
};

constexpr Entry group[] = {
    {"group.gid", Uint32, Print::Id, credentials, group_gid, "Effective group id."},
    {"group.name", CharBuf, Print::None, credentials, group_name,
     "Name of the effective group, by the container's own group file."},
};

constexpr Entry own[] = {
    {"bewit.path.real", CharBuf, Print::None, descriptor, real_path,
     "Path that the kernel knows the event's descriptor by, symbolic links resolved."},
    {"bewit.path.given", CharBuf, Print::None, kind, given_path,
     "Of an alert that was raised for the name that the kernel resolved, which fd.name shows then: the name that the "
     "call gave, made absolute."},
    {"bewit.truncated", Bool, Print::None, kind, string_truncated,
     "Whether a text, a buffer or the arguments of the event are longer than what was recorded of them."},
};

constexpr Entry util[] = {
    {"util.cnt", Uint64, Print::Id, after, extraction_count, "A number that is one more each time it is looked at."},
};

}  // namespace

std::span<const Entry> user_entries() { return user; }
std::span<const Entry> group_entries() { return group; }
std::span<const Entry> own_entries() { return own; }
std::span<const Entry> util_entries() { return util; }

}  // namespace bewit::field
