// Manifests and indexes: what leads from an image's name to its configuration.
//
// OCI image specification 1.1 (image-manifest, image-index) and Docker's image manifest version 2, schema 2, which are
// alike.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "injector/patch/options.h"

namespace bewit::image {

inline constexpr size_t largest_document = size_t{4} << 20;  // bytes of a manifest, an index or a configuration

// For Accept headers.
inline constexpr const char* manifest_types =
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json";

// Nothing of it is verified but by what uses it. Absent parts are empty or 0.
struct Descriptor {
    std::string media_type{}, digest{};
    size_t size = 0;
    std::string os{}, architecture{}, variant{};
    std::vector<std::string>
        names{};  // annotations of OCI layouts: io.containerd.image.name, org.opencontainers.image.ref.name
    bool attestation = false;  // of another entry, and no image
};

struct Manifest {
    bool is_index = false;
    std::vector<Descriptor> manifests{};  // of an index
    Descriptor config{};                  // of a manifest
};

// `media_type` is what the text was announced as; empty when nothing was. A text that contradicts it, or may be taken
// for both, is refused. The error is one sentence.
tl::expected<Manifest, std::string> parse_manifest(std::string_view text, std::string_view media_type);

// The entry for `platform`; where that is assumed and not there, the entry for the only architecture that is. The error
// is one sentence.
tl::expected<Descriptor, std::string> choose(const std::vector<Descriptor>& entries, const patch::Platform& platform);

}  // namespace bewit::image
