// Who one is to a registry: what `docker login` and its like have left behind, or the environment says.
//
// The file is `config.json` of the docker command line (docker-login(1)): `auths`, `credHelpers`, `credsStore`. Each
// credential belongs to one registry and goes to no other.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace bewit::image {

// Either a user and a password, or one of the tokens.
struct Credential {
    std::string user{}, password{};
    std::string identity_token{};  // to be exchanged for a token of the registry (OAuth 2 refresh token)
    std::string registry_token{};  // the registry's token itself
};

struct DockerConfig {
    std::map<std::string, Credential> auths{};     // by host or host/path, "docker.io" for Docker Hub
    std::map<std::string, std::string> helpers{};  // by host: NAME of docker-credential-NAME
    std::string store{};                           // the same for every other host; empty when there is none
};

// The error is one sentence that repeats nothing of the text. What is not understood within it is left out.
tl::expected<DockerConfig, std::string> parse_docker_config(std::string_view text);
// `HOST=USER:PASSWORD`, several with blanks between.
tl::expected<std::map<std::string, Credential>, std::string> parse_auth_list(std::string_view text);

// The environment and the files that it names, read when first asked for. What cannot be read or run becomes a warning
// (message.h), not an error: many images need no credential.
class Credentials {
public:
    // In this order: BEWIT_REGISTRY_AUTH (parse_auth_list); DOCKER_AUTH_CONFIG (the text of a config.json); config.json
    // in DOCKER_CONFIG, else in ~/.docker: there first what credHelpers or credsStore name, then auths, the longest key
    // that the repository lies in.
    std::optional<Credential> find(const std::string& host, const std::string& repository);

private:
    void load();

    bool loaded_ = false;
    DockerConfig environment_, file_;
};

}  // namespace bewit::image
