// Arbitrary bytes as what registries, layouts and docker's files say; the first byte chooses which: names, challenges,
// manifests, credentials.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "injector/http/url.h"
#include "injector/image/challenge.h"
#include "injector/image/credentials.h"
#include "injector/image/digest.h"
#include "injector/image/manifest.h"
#include "injector/image/reference.h"
#include "injector/image/token.h"

namespace {

using namespace bewit::image;

void require(bool holds) {
    if (!holds) std::abort();
}

bool is_printable(const std::string& text) {
    for (const char c : text) {
        if (c < 0x20 || c > 0x7e) return false;
    }
    return true;
}

// A name in full is the name of the same, and fits into a URL.
void reference(std::string_view text) {
    const auto parsed = parse_reference(text);
    if (!parsed) return require(is_printable(parsed.error()));
    const auto again = parse_reference(parsed->name());
    require(again && again->name() == parsed->name() && again->host == parsed->host &&
            again->repository == parsed->repository);
    const auto url = bewit::http::parse_url("https://" + parsed->host + "/v2/" + parsed->repository + "/manifests/" +
                                            (parsed->digest.empty() ? parsed->tag : parsed->digest));
    require(url && url->credentials.empty() && url->target.find_first_of("?#%") == std::string::npos &&
            url->target.find("/..") == std::string::npos);
    require(parsed->digest.empty() || is_digest(parsed->digest));
}

void challenges(std::string_view text) {
    for (const Challenge& challenge : parse_challenges(text)) {
        require(!challenge.scheme.empty() && is_printable(challenge.scheme));
        for (const auto& [name, value] : challenge.parameters) {
            require(!name.empty() && is_printable(name) && value.size() <= text.size());
            require(is_printable(token_url("https://h/t", value, value)));
        }
    }
}

void manifest(std::string_view text) {
    const auto parsed = parse_manifest(text, "");
    if (!parsed) return require(!parsed.error().empty());
    for (const bool assumed : {false, true}) {
        const auto chosen = choose(parsed->manifests, {.assumed = assumed});
        require(chosen ? chosen->os == "linux" && (assumed || chosen->architecture == "amd64")
                       : is_printable(chosen.error()));
    }
}

void credentials(std::string_view text) {
    if (const auto config = parse_docker_config(text)) {
        for (const auto& [host, credential] : config->auths)
            require(!credential.user.empty() || !credential.identity_token.empty() ||
                    !credential.registry_token.empty());
    }
    if (const auto list = parse_auth_list(text)) {
        for (const auto& [host, credential] : *list) require(!credential.user.empty());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    switch (data[0] % 4) {
        case 0:
            reference(text);
            break;
        case 1:
            challenges(text);
            break;
        case 2:
            manifest(text);
            break;
        default:
            credentials(text);
    }
    return 0;
}
