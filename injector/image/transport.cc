#include "injector/image/transport.h"

#include <arpa/inet.h>

#include <algorithm>

#include <fmt/format.h>

#include "injector/http/reach.h"
#include "injector/http/resolver.h"
#include "injector/image/manifest.h"

namespace bewit::image {
namespace {

using Clock = std::chrono::steady_clock;

// By its name or address alone; no name is looked up, since another look-up may say something else.
bool is_this_machine(const std::string& host) {
    in_addr v4{};
    in6_addr v6{};
    constexpr uint32_t network = 127u << 24, mask = 255u << 24;
    if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) & mask) == network;
    if (inet_pton(AF_INET6, host.c_str(), &v6) == 1) return IN6_IS_ADDR_LOOPBACK(&v6);
    return host == "localhost" || host.ends_with(".localhost");
}

http::Settings settings_for(const RegistrySettings& settings, http::Reach reach) {
    http::Settings result{.reach = reach, .keep_alive = true, .trust = settings.trust};
    result.limits.total = settings.timeout;
    result.limits.body = largest_document;
    return result;
}

http::Error failure(http::Error::Kind kind, std::string message) {
    return {.kind = kind, .message = std::move(message)};
}

}  // namespace

Transport::Transport(const RegistrySettings& settings, const std::string& host)
    : settings_(settings),
      deadline_(Clock::now() + settings.timeout),
      client_(settings_for(settings, http::Reach::Anywhere)) {
    const bool plain =
        std::find(settings.plain_http.begin(), settings.plain_http.end(), host) != settings.plain_http.end();
    base_ = fmt::format("{}://{}", plain ? "http" : "https", host == "docker.io" ? "registry-1.docker.io" : host);
    own_ = http::parse_url(base_).value_or(http::Url{});
    may_fall_back_ = !plain && is_this_machine(own_.host);
}

bool Transport::is_own(const http::Url& url) const {
    return url.tls == own_.tls && url.host == own_.host && url.port == own_.port;
}

tl::expected<void, http::Error> Transport::check(const http::Url& url) const {
    const auto refuse = [&](const char* why) {
        return tl::unexpected(failure(http::Error::Kind::Refused, fmt::format("{}: {}", url.printable(), why)));
    };
    if (!url.credentials.empty()) return refuse("credentials within an address are not used");
    const bool allowed = url.tls || is_own(url) || is_this_machine(url.host) ||
                         std::find(settings_.plain_http.begin(), settings_.plain_http.end(), url.authority()) !=
                             settings_.plain_http.end();
    if (!allowed) return refuse("this is not encrypted (--plain-http allows it for a host)");
    return {};
}

http::Client& Transport::client_for(const http::Url& url) {
    if (is_own(url)) return client_;
    if (!elsewhere_) {
        const auto addresses = http::resolve(own_.host, deadline_);
        const bool is_public = addresses && std::all_of(addresses->begin(), addresses->end(), [](const auto& address) {
                                   return http::may_reach(http::Reach::Public, address);
                               });
        elsewhere_.emplace(settings_for(settings_, is_public ? http::Reach::Public : http::Reach::Anywhere));
    }
    return *elsewhere_;
}

tl::expected<http::Response, http::Error> Transport::send(http::Request request) {
    const auto url = http::parse_url(request.url);
    if (!url) return tl::unexpected(failure(http::Error::Kind::Request, url.error()));
    if (auto fit = check(*url); !fit) return tl::unexpected(fit.error());
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
    if (left.count() <= 0)
        return tl::unexpected(
            failure(http::Error::Kind::Timeout, fmt::format("{}: no time is left", url->printable())));
    request.within = left;
    auto response = client_for(*url).send(request);
    const bool own = is_own(*url);
    if (!own || !may_fall_back_) return response;
    may_fall_back_ = false;
    using Kind = http::Error::Kind;
    if (response || (response.error().kind != Kind::Tls && response.error().kind != Kind::Protocol &&
                     response.error().kind != Kind::Connect))
        return response;
    // This machine's registry may speak no TLS; nothing that is secret has been sent yet.
    const http::Url encrypted = own_;
    const std::string plain = "http://" + base_.substr(base_.find("//") + 2);
    own_ = http::parse_url(plain).value_or(own_);
    request.url = plain + url->target;
    auto second = client_.send(request);
    if (!second && second.error().kind == Kind::Connect) {
        own_ = encrypted;
        return response;
    }
    base_ = plain;
    return second;
}

}  // namespace bewit::image
