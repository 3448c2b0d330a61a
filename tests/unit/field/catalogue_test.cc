#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "engine/field/catalogue.h"

namespace bewit::field {
namespace {

// A copy of Falco's list of fields as data; it is not part of the project, so it may be missing.
std::filesystem::path reference_directory() {
    const char* given = std::getenv("BEWIT_REFERENCE");
    return given != nullptr ? std::filesystem::path(given) : std::filesystem::path(SOURCE_ROOT) / "../shared/reference";
}

nlohmann::json load_reference() {
    std::ifstream file(reference_directory() / "fields.json");
    if (!file) return nullptr;
    return nlohmann::json::parse(file);
}

struct FlagPair {
    uint32_t theirs;
    FieldFlag ours;
};
constexpr FlagPair flag_pairs[] = {
    {1, FilterOnly},    {2, PrintOnly},     {4, ArgRequired},      {8, TableOnly},      {64, ListValued},
    {128, ArgOptional}, {1024, Deprecated}, {2048, NoTransformer}, {4096, NoRightSide},
};

ParamType type_of(int number) {
    switch (number) {
        case 2:
            return ParamType::Int16;
        case 3:
            return ParamType::Int32;
        case 4:
            return ParamType::Int64;
        case 7:
            return ParamType::Uint32;
        case 8:
            return ParamType::Uint64;
        case 9:
            return ParamType::CharBuf;
        case 10:
            return ParamType::ByteBuf;
        case 20:
            return ParamType::RelTime;
        case 21:
            return ParamType::AbsTime;
        case 22:
            return ParamType::Port;
        case 25:
            return ParamType::Bool;
        case 27:
            return ParamType::Dyn;
        case 33:
            return ParamType::Double;
        case 40:
            return ParamType::IpAddr;
        case 41:
            return ParamType::IpNet;
        default:
            return ParamType::None;
    }
}

constexpr PrintFormat formats[] = {PrintFormat::None, PrintFormat::Dec, PrintFormat::Hex, PrintFormat::TenPad,
                                   PrintFormat::Id,   PrintFormat::Dir, PrintFormat::Oct};

TEST_CASE("every field of the reference is in the catalogue, with its type, print format and flags") {
    const nlohmann::json reference = load_reference();
    if (reference.is_null()) {
        MESSAGE("skipped: no fields.json in " << reference_directory() << "; set BEWIT_REFERENCE to its directory");
        return;
    }
    size_t compared = 0;
    for (const auto& entry : reference) {
        const std::string name = entry.at("name");
        if (name == "NA") continue;  // a placeholder
        CAPTURE(name);
        const Definition* definition = find_definition(name);
        REQUIRE(definition != nullptr);
        ++compared;
        CHECK(definition->type == type_of(entry.at("type")));
        CHECK(definition->format == formats[entry.at("pf").get<size_t>()]);
        const uint32_t flags = entry.at("flags");
        for (const FlagPair& pair : flag_pairs) {
            CAPTURE(pair.theirs);
            CHECK(definition->has(pair.ours) == ((flags & pair.theirs) != 0));
        }
    }
    CHECK(compared == 233);
}

TEST_CASE("the fields of Falco's container plugin are in the catalogue") {
    for (const std::string_view name : {"container.id",
                                        "container.full_id",
                                        "container.name",
                                        "container.image",
                                        "container.image.id",
                                        "container.type",
                                        "container.privileged",
                                        "container.mounts",
                                        "container.mount",
                                        "container.mount.source",
                                        "container.mount.dest",
                                        "container.mount.mode",
                                        "container.mount.rdwr",
                                        "container.mount.propagation",
                                        "container.image.repository",
                                        "container.image.tag",
                                        "container.image.digest",
                                        "container.healthcheck",
                                        "container.liveness_probe",
                                        "container.readiness_probe",
                                        "container.start_ts",
                                        "container.duration",
                                        "container.ip",
                                        "container.cni.json",
                                        "container.host_pid",
                                        "container.host_network",
                                        "container.host_ipc",
                                        "container.label",
                                        "container.labels",
                                        "proc.is_container_healthcheck",
                                        "proc.is_container_liveness_probe",
                                        "proc.is_container_readiness_probe",
                                        "k8s.pod.name",
                                        "k8s.ns.name",
                                        "k8s.pod.id",
                                        "k8s.pod.uid",
                                        "k8s.pod.sandbox_id",
                                        "k8s.pod.full_sandbox_id",
                                        "k8s.pod.label",
                                        "k8s.pod.labels",
                                        "k8s.pod.ip",
                                        "k8s.pod.cni.json",
                                        "k8s.rc.name",
                                        "k8s.rc.id",
                                        "k8s.rc.label",
                                        "k8s.rc.labels",
                                        "k8s.svc.name",
                                        "k8s.svc.id",
                                        "k8s.svc.label",
                                        "k8s.svc.labels",
                                        "k8s.ns.id",
                                        "k8s.ns.label",
                                        "k8s.ns.labels",
                                        "k8s.rs.name",
                                        "k8s.rs.id",
                                        "k8s.rs.label",
                                        "k8s.rs.labels",
                                        "k8s.deployment.name",
                                        "k8s.deployment.id",
                                        "k8s.deployment.label",
                                        "k8s.deployment.labels"}) {
        CAPTURE(name);
        CHECK(find_definition(name) != nullptr);
    }
}

TEST_CASE("ids are the positions in the catalogue, and names are unique") {
    std::set<std::string_view> names;
    for (size_t i = 0; i < all_fields().size(); ++i) {
        const Definition& definition = all_fields()[i];
        CAPTURE(definition.name);
        CHECK(static_cast<size_t>(definition.id) == i);
        CHECK(names.insert(definition.name).second);
        CHECK(find_definition(definition.name) == &definition);
    }
}

TEST_CASE("every field has one sentence of help and a way to its value") {
    for (const Definition& definition : all_fields()) {
        CAPTURE(definition.name);
        CHECK((definition.extract != nullptr));
        CHECK(definition.help.size() > 5);
        CHECK(definition.help.back() == '.');
    }
}

TEST_CASE("a field takes an argument exactly when its flags say so") {
    for (const Definition& definition : all_fields()) {
        CAPTURE(definition.name);
        const bool by_flags = definition.has(ArgRequired) || definition.has(ArgOptional);
        CHECK(by_flags == (definition.arguments != 0));
    }
}

TEST_CASE("only facts of the process make a field change with the process") {
    for (const Definition& definition : all_fields()) {
        CAPTURE(definition.name);
        if (definition.scope == Scope::Process) CHECK(definition.facts != 0);
        if (definition.scope == Scope::Container) CHECK(definition.facts == 0);
    }
}

}  // namespace
}  // namespace bewit::field
