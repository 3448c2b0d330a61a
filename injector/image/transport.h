// Requests to one registry, and to where it sends us, within one time limit.
//
// What a server chooses (redirects, token servers) is held to more: encrypted wherever the registry is, and no address
// of this machine or of private networks for a registry that is in none itself.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "injector/http/client.h"
#include "injector/http/url.h"

namespace bewit::image {

struct RegistrySettings {
    std::vector<std::string> plain_http{};     // hosts, with their port where it is not 80, that are asked without TLS
    std::chrono::milliseconds timeout{30000};  // for everything about one image
    http::TrustOptions trust{};
};

class Transport {
public:
    // `host` as in Reference::host.
    Transport(const RegistrySettings& settings, const std::string& host);

    // "https://registry-1.docker.io": the scheme is https, but for `plain_http`, and for this machine when it does not
    // speak TLS.
    const std::string& base() const { return base_; }
    // Whether the address is the registry's own, where its credentials may go.
    bool is_own(const http::Url& url) const;

    tl::expected<http::Response, http::Error> send(http::Request request);

private:
    tl::expected<void, http::Error> check(const http::Url& url) const;
    http::Client& client_for(const http::Url& url);

    const RegistrySettings& settings_;
    std::chrono::steady_clock::time_point deadline_;
    std::string base_;
    http::Url own_;
    bool may_fall_back_ = false;  // nothing has come over TLS yet, on this machine
    http::Client client_;
    std::optional<http::Client> elsewhere_;
};

}  // namespace bewit::image
