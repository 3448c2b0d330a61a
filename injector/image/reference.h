// The name of an image, as definitions write it, and what it stands for.
//
// The grammar and the defaults are those of the `reference` package of distribution, which Docker, containerd and
// Kubernetes share.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace bewit::image {

struct Reference {
    std::string host;        // with its port, as written; "docker.io" where none is
    std::string repository;  // "library/nginx" of "nginx"
    std::string tag;         // "latest" where there is neither tag nor digest
    std::string digest;      // with its algorithm; empty when there is none. With it, the tag says nothing.

    // In full, the same for every way to write it: "docker.io/library/nginx:latest", "h/r@sha256:...".
    std::string name() const;
};

// The error is one sentence that does not repeat the text.
tl::expected<Reference, std::string> parse_reference(std::string_view text);

// "docker.io" of the names that Docker Hub goes by, the host itself else.
std::string known_host(std::string_view host);

}  // namespace bewit::image
