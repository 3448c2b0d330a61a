#include "injector/image/token.h"

#include <fmt/format.h>
#include <boost/beast/core/string.hpp>

#include "injector/http/base64.h"
#include "injector/image/challenge.h"
#include "injector/image/shown.h"
#include "injector/patch/container.h"

namespace bewit::image {
namespace {

using Value = tl::expected<std::string, std::string>;

constexpr size_t longest_token = size_t{64} << 10;

std::string basic(const Credential& credential) {
    return "Basic " + http::base64(credential.user + ":" + credential.password);
}

// RFC 3986, 2.3: what is not unreserved.
std::string escaped(std::string_view text) {
    constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    std::string result;
    for (const char c : text) {
        if (unreserved.find(c) != std::string_view::npos) {
            result += c;
        } else {
            result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

std::string parameter(const Challenge& challenge, const char* name) {
    const auto found = challenge.parameters.find(name);
    return found == challenge.parameters.end() ? "" : found->second;
}

http::Request token_request(const Challenge& challenge, const std::optional<Credential>& credential,
                            const std::string& repository) {
    const std::string realm = parameter(challenge, "realm"), service = parameter(challenge, "service");
    std::string scope = parameter(challenge, "scope");
    if (scope.empty()) scope = fmt::format("repository:{}:pull", repository);
    if (!credential) return {.url = token_url(realm, service, scope)};
    if (credential->identity_token.empty())
        return {.url = token_url(realm, service, scope), .headers = {{"Authorization", basic(*credential)}}};
    return {.url = realm,
            .method = "POST",
            .headers = {{"Content-Type", "application/x-www-form-urlencoded"}},
            .body = fmt::format("grant_type=refresh_token&client_id=bewit&service={}&scope={}&refresh_token={}",
                                escaped(service), escaped(scope), escaped(credential->identity_token))};
}

// Empty where there is none.
std::string token_in(const std::string& body) {
    const auto json = patch::Json::parse(body, nullptr, false);
    std::string token = patch::string_of(json, "token");
    if (token.empty()) token = patch::string_of(json, "access_token");
    if (token.size() > longest_token) token.clear();
    return token;
}

Value token_from(Transport& transport, const Challenge& challenge, const std::optional<Credential>& credential,
                 const std::string& repository) {
    const std::string realm = parameter(challenge, "realm");
    const auto response = transport.send(token_request(challenge, credential, repository));
    if (!response) return tl::unexpected(response.error().message);
    if (!response->ok()) {
        return tl::unexpected(fmt::format("its token server {} answers with the status {}{}", shown(realm),
                                          response->status, credential ? "" : " to one without credentials"));
    }
    std::string token = token_in(response->body);
    if (token.empty()) return tl::unexpected(fmt::format("its token server {} gives no token", shown(realm)));
    return "Bearer " + token;
}

// What a refusal asks for.
struct Demand {
    std::string schemes;  // all, with commas
    std::optional<Challenge> bearer;
    bool basic = false;
};

Demand demand_of(const http::Response& refusal) {
    Demand demand;
    for (const auto& [name, value] : refusal.headers.list) {
        if (!boost::beast::iequals(name, "WWW-Authenticate")) continue;
        for (Challenge& challenge : parse_challenges(value)) {
            demand.schemes += (demand.schemes.empty() ? "" : ", ") + challenge.scheme;
            demand.basic = demand.basic || challenge.scheme == "basic";
            if (challenge.scheme == "bearer" && !parameter(challenge, "realm").empty())
                demand.bearer = std::move(challenge);
        }
    }
    return demand;
}

}  // namespace

std::string token_url(const std::string& realm, const std::string& service, const std::string& scope) {
    std::string url = realm;
    char separator = realm.find('?') == std::string::npos ? '?' : '&';
    const auto add = [&](const char* name, std::string_view value) {
        url += fmt::format("{}{}={}", separator, name, escaped(value));
        separator = '&';
    };
    if (!service.empty()) add("service", service);
    for (size_t begin = 0; begin < scope.size();) {
        const size_t end = std::min(scope.find(' ', begin), scope.size());
        if (end > begin) add("scope", std::string_view(scope).substr(begin, end - begin));
        begin = end + 1;
    }
    return url;
}

Value authorize(Transport& transport, const http::Response& refusal, const std::optional<Credential>& credential,
                const std::string& repository) {
    const Demand demand = demand_of(refusal);
    if (!demand.bearer && !demand.basic)
        return tl::unexpected(demand.schemes.empty()
                                  ? std::string("it does not say what it asks for")
                                  : fmt::format("it asks for {}, which is not known here", shown(demand.schemes)));
    if (credential && !credential->registry_token.empty()) return "Bearer " + credential->registry_token;
    if (demand.bearer) return token_from(transport, *demand.bearer, credential, repository);
    if (!credential || credential->user.empty())
        return tl::unexpected(std::string("it asks for a user and a password"));
    return basic(*credential);
}

}  // namespace bewit::image
