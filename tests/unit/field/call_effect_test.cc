#include <doctest/doctest.h>

#include "engine/event/witness.h"
#include "engine/field/call_effect.h"

namespace bewit::field {
namespace {

const CallEffect& effect(std::string_view name) {
    const auto kind = event::find_kind(name);
    REQUIRE_MESSAGE(kind.has_value(), name);
    return effect_of(*kind);
}

TEST_CASE("an exec may change everything that is known of a process") {
    for (const std::string_view name : {"execve", "execveat"}) {
        CHECK(effect(name).executes);
        CHECK((effect(name).facts & event::CommFact) != 0);
        CHECK((effect(name).facts & event::IdentityFacts) != 0);
        CHECK((effect(name).facts & event::EnvironmentFact) != 0);
    }
}

TEST_CASE("calls change what they are for, and the rest stays") {
    CHECK((effect("setuid").facts & event::CredentialFacts) != 0);
    CHECK((effect("setuid").facts & event::CommFact) == 0);
    CHECK((effect("prctl").facts & event::CommFact) != 0);
    CHECK((effect("chdir").facts & event::WorkingDirectory) != 0);
    CHECK((effect("unshare").facts & event::CredentialFacts) != 0);
    CHECK((effect("setfsuid").facts & event::CredentialFacts) != 0);
    CHECK((effect("setsid").facts & event::IdentityFacts) != 0);
    CHECK((effect("openat").facts & ~uint32_t{event::ResourceFacts}) == 0);
    CHECK((effect("write").facts & event::LoginUidFact) != 0);
    CHECK((effect("getrandom").facts & event::CommFact) == 0);
}

TEST_CASE("resources may change with every call") {
    for (size_t i = 0; i < event::kind_count(); ++i) {
        CHECK((effect_of(static_cast<event::Kind>(i)).facts & event::ResourceFacts) != 0);
    }
}

TEST_CASE("the descriptor of each call is found where its flags say that there is one") {
    for (const event::EventInfo& info : event::all_events()) {
        if (static_cast<uint16_t>(info.id) % 2 == 0 || info.id == event::EventId::Generic) continue;
        const auto kind = event::find_kind(info.name);
        REQUIRE(kind.has_value());
        const CallEffect& known = effect_of(*kind);
        CAPTURE(info.name);
        const bool about_descriptor =
            info.has(event::CreatesFd) || info.has(event::UsesFd) || info.has(event::DestroysFd);
        CHECK((known.role != DescriptorRole::None) == about_descriptor);
        if (known.role != DescriptorRole::Given && known.role != DescriptorRole::Duplicated) continue;
        REQUIRE(known.position > 0);
        CHECK(info.params[known.position].type == event::ParamType::Fd);
    }
}

}  // namespace
}  // namespace bewit::field
