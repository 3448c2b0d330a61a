#include "injector/image/manifest.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "injector/http/media_type.h"
#include "injector/image/shown.h"
#include "injector/patch/container.h"

namespace bewit::image {
namespace {

using patch::Json;
using patch::member;
using patch::string_of;

enum class Kind : uint8_t { Unknown, Manifest, Index };

Kind kind_of(std::string_view media_type) {
    if (media_type == "application/vnd.oci.image.manifest.v1+json" ||
        media_type == "application/vnd.docker.distribution.manifest.v2+json")
        return Kind::Manifest;
    if (media_type == "application/vnd.oci.image.index.v1+json" ||
        media_type == "application/vnd.docker.distribution.manifest.list.v2+json")
        return Kind::Index;
    return Kind::Unknown;
}

Descriptor descriptor_of(const Json& json) {
    Descriptor descriptor{.media_type = string_of(json, "mediaType"), .digest = string_of(json, "digest")};
    if (const Json* size = member(json, "size"); size != nullptr && size->is_number_unsigned())
        descriptor.size = size->get<size_t>();
    if (const Json* platform = member(json, "platform"); platform != nullptr) {
        descriptor.os = string_of(*platform, "os");
        descriptor.architecture = string_of(*platform, "architecture");
        descriptor.variant = string_of(*platform, "variant");
    }
    const Json* annotations = member(json, "annotations");
    for (const char* key : {"io.containerd.image.name", "org.opencontainers.image.ref.name"}) {
        if (annotations != nullptr && !string_of(*annotations, key).empty())
            descriptor.names.push_back(string_of(*annotations, key));
    }
    descriptor.attestation = annotations != nullptr && member(*annotations, "vnd.docker.reference.type") != nullptr;
    return descriptor;
}

bool is_linux(const Descriptor& entry) { return entry.os == "linux" && !entry.attestation; }

std::string platforms(const std::vector<Descriptor>& entries) {
    constexpr size_t most = 12;
    std::set<std::string> names;
    for (const Descriptor& entry : entries) {
        if (!entry.attestation && names.size() < most) names.insert(fmt::format("{}/{}", entry.os, entry.architecture));
    }
    return names.empty() ? "nothing" : shown(fmt::format("{}", fmt::join(names, ", ")));
}

}  // namespace

tl::expected<Manifest, std::string> parse_manifest(std::string_view text, std::string_view media_type) {
    const auto refuse = [](std::string why) { return tl::unexpected(std::move(why)); };
    const auto document = patch::read_json(std::string(text));
    if (!document) return refuse(fmt::format("the manifest is malformed: {}", patch::to_text(document.error(), "")));
    const auto json = patch::value_of(*document, *document->roots.at(0));
    if (!json || !json->is_object()) return refuse("the manifest is no object");
    const Json* version = member(*json, "schemaVersion");
    if (version != nullptr && *version == 1)
        return refuse("the image is in Docker's first format (schema 1), which is no longer used: push it again");
    const Json *manifests = member(*json, "manifests"), *config = member(*json, "config");
    const Kind announced = kind_of(http::media_type(media_type)), stated = kind_of(string_of(*json, "mediaType"));
    const Kind kind = manifests != nullptr ? Kind::Index : Kind::Manifest;
    // A text that one reader takes for an index and another for a manifest (CVE-2021-41190).
    if ((manifests != nullptr) == (config != nullptr))
        return refuse("the manifest is neither that of an image nor an index of some");
    if ((announced != Kind::Unknown && announced != kind) || (stated != Kind::Unknown && stated != kind))
        return refuse("the manifest is of another type than it is said to be");
    Manifest manifest{.is_index = kind == Kind::Index};
    if (!manifest.is_index) {
        manifest.config = descriptor_of(*config);
        return manifest;
    }
    if (!manifests->is_array()) return refuse("the index holds no list of manifests");
    for (const Json& entry : *manifests) manifest.manifests.push_back(descriptor_of(entry));
    return manifest;
}

tl::expected<Descriptor, std::string> choose(const std::vector<Descriptor>& entries, const patch::Platform& platform) {
    const auto of = [&](const std::string& architecture) {
        const Descriptor* found = nullptr;
        for (const Descriptor& entry : entries) {
            if (!is_linux(entry) || entry.architecture != architecture) continue;
            // Of several variants, the one that every machine of the architecture runs.
            const bool common = entry.variant.empty() || entry.variant == "v8" || entry.variant == "v1";
            if (found == nullptr ||
                (common && !found->variant.empty() && found->variant != "v8" && found->variant != "v1"))
                found = &entry;
        }
        return found;
    };
    if (const Descriptor* found = of(platform.architecture)) return *found;
    std::set<std::string> architectures;
    for (const Descriptor& entry : entries) {
        if (is_linux(entry)) architectures.insert(entry.architecture);
    }
    if (platform.assumed && architectures.size() == 1) return *of(*architectures.begin());
    return tl::unexpected(
        fmt::format("the image is for {}, and not for linux/{}{}", platforms(entries), shown(platform.architecture),
                    platform.assumed ? ", which is assumed where the definition names no architecture" : ""));
}

}  // namespace bewit::image
