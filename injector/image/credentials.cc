#include "injector/image/credentials.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fmt/format.h>

#include "injector/http/base64.h"
#include "injector/image/credential_helper.h"
#include "injector/image/reference.h"
#include "injector/message.h"
#include "injector/patch/container.h"
#include "injector/text_file.h"

namespace bewit::image {
namespace {

using patch::Json;
using patch::member;
using patch::string_of;

// "https://index.docker.io/v1/" and "docker.io" are the same; a path that is no version of the protocol is a part of
// the name (containers-auth.json(5)).
std::string registry_of(std::string_view key) {
    for (const std::string_view scheme : {"https://", "http://"}) {
        if (key.starts_with(scheme)) key.remove_prefix(scheme.size());
    }
    while (key.ends_with('/')) key.remove_suffix(1);
    const size_t slash = key.find('/');
    std::string host = known_host(key.substr(0, slash));
    if (slash == std::string_view::npos || key.substr(slash) == "/v1" || key.substr(slash) == "/v2") return host;
    return host += key.substr(slash);
}

bool split_user(const std::string& text, Credential& credential) {
    const size_t colon = text.find(':');
    if (colon == std::string::npos || colon == 0) return false;
    credential.user = text.substr(0, colon);
    credential.password = text.substr(colon + 1);
    return true;
}

std::optional<Credential> credential_of(const Json& entry) {
    Credential credential{.user = string_of(entry, "username"),
                          .password = string_of(entry, "password"),
                          .identity_token = string_of(entry, "identitytoken"),
                          .registry_token = string_of(entry, "registrytoken")};
    if (const auto decoded = http::decode_base64(string_of(entry, "auth")); decoded && !decoded->empty()) {
        if (!split_user(*decoded, credential)) return std::nullopt;
        // What docker fills up with.
        while (credential.password.ends_with('\0')) credential.password.pop_back();
    }
    const bool says_something =
        !credential.user.empty() || !credential.identity_token.empty() || !credential.registry_token.empty();
    return says_something ? std::optional(credential) : std::nullopt;
}

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

std::optional<Credential> find_in(const std::map<std::string, Credential>& auths, const std::string& host,
                                  const std::string& repository) {
    for (std::string name = fmt::format("{}/{}", host, repository);; name.resize(name.rfind('/'))) {
        if (const auto found = auths.find(name); found != auths.end()) return found->second;
        if (name == host || name.find('/') == std::string::npos) return std::nullopt;
    }
}

std::optional<Credential> ask(const std::string& helper, const std::string& host) {
    auto answer = ask_helper(helper, host == "docker.io" ? "https://index.docker.io/v1/" : host);
    if (answer) return std::move(*answer);
    warning(answer.error());
    return std::nullopt;
}

}  // namespace

tl::expected<DockerConfig, std::string> parse_docker_config(std::string_view text) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) return tl::unexpected(std::string("it is no JSON object"));
    DockerConfig config{.store = string_of(json, "credsStore")};
    if (const Json* auths = member(json, "auths"); auths != nullptr && auths->is_object()) {
        for (const auto& [key, entry] : auths->items()) {
            if (auto credential = credential_of(entry)) config.auths.emplace(registry_of(key), std::move(*credential));
        }
    }
    if (const Json* helpers = member(json, "credHelpers"); helpers != nullptr && helpers->is_object()) {
        for (const auto& [key, name] : helpers->items()) {
            if (name.is_string()) config.helpers.emplace(registry_of(key), name.get<std::string>());
        }
    }
    return config;
}

tl::expected<std::map<std::string, Credential>, std::string> parse_auth_list(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    std::map<std::string, Credential> list;
    while (true) {
        const size_t begin = text.find_first_not_of(blank);
        if (begin == std::string_view::npos) return list;
        text.remove_prefix(begin);
        const std::string word(text.substr(0, text.find_first_of(blank)));
        text.remove_prefix(word.size());
        const size_t equals = word.find('=');
        Credential credential;
        if (equals == std::string::npos || equals == 0 || !split_user(word.substr(equals + 1), credential)) {
            return tl::unexpected(std::string("it must be HOST=USER:PASSWORD, several with blanks between"));
        }
        list.insert_or_assign(registry_of(word.substr(0, equals)), std::move(credential));
    }
}

void Credentials::load() {
    loaded_ = true;
    const auto read = [](const std::string& text, const std::string& origin) {
        auto config = parse_docker_config(text);
        if (!config) warning(fmt::format("{} is not used: {}", origin, config.error()));
        return config.value_or(DockerConfig{});
    };
    if (const std::string text = variable("DOCKER_AUTH_CONFIG"); !text.empty())
        environment_ = read(text, "DOCKER_AUTH_CONFIG");
    if (auto list = parse_auth_list(variable("BEWIT_REGISTRY_AUTH")); !list) {
        warning(fmt::format("BEWIT_REGISTRY_AUTH is not used: {}", list.error()));
    } else {
        for (auto& [host, credential] : *list) environment_.auths.insert_or_assign(host, std::move(credential));
    }
    std::string directory = variable("DOCKER_CONFIG");
    if (directory.empty() && !variable("HOME").empty()) directory = variable("HOME") + "/.docker";
    if (directory.empty()) return;
    const std::string path = directory + "/config.json";
    if (const auto text = read_text_file(path)) {
        file_ = read(*text, path);
    } else if (errno != ENOENT && errno != ENOTDIR) {
        warning(fmt::format("{} is not used: {}", path, std::strerror(errno)));
    }
}

std::optional<Credential> Credentials::find(const std::string& host, const std::string& repository) {
    if (!loaded_) load();
    if (auto found = find_in(environment_.auths, host, repository)) return found;
    const auto own = file_.helpers.find(host);
    const std::string helper = own != file_.helpers.end() ? own->second : file_.store;
    if (!helper.empty()) {
        if (auto credential = ask(helper, host)) return credential;
    }
    return find_in(file_.auths, host, repository);
}

}  // namespace bewit::image
