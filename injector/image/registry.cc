#include "injector/image/registry.h"

#include <fmt/format.h>

#include "injector/image/digest.h"
#include "injector/image/reference.h"
#include "injector/image/shown.h"
#include "injector/image/store.h"
#include "injector/image/token.h"
#include "injector/patch/container.h"
#include "injector/patch/image_file.h"

namespace bewit::image {
namespace {

using Bytes = tl::expected<std::string, std::string>;
using Response = tl::expected<http::Response, std::string>;

constexpr unsigned unauthorized = 401, forbidden = 403, not_found = 404, too_many_requests = 429;
constexpr int most_redirects = 5;

bool is_redirect(unsigned status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

// The repository of one image at its registry.
class Repository final : public Store {
public:
    Repository(const RegistrySettings& settings, Credentials& credentials, const Reference& reference)
        : reference_(reference), transport_(settings, reference.host), credentials_(credentials) {}

    // By the tag, or by the digest, with which it must agree.
    tl::expected<Manifest, std::string> top() {
        const bool by_digest = !reference_.digest.empty();
        const auto response = get("manifests/" + (by_digest ? reference_.digest : reference_.tag), manifest_types);
        if (!response) return tl::unexpected(response.error());
        const std::string* announced = response->headers.find("Docker-Content-Digest");
        for (const std::string& digest : {reference_.digest, announced == nullptr ? "" : *announced}) {
            if (is_digest(digest) && !matches(response->body, digest))
                return tl::unexpected(fmt::format("the manifest: its content is not what the digest {} names", digest));
        }
        const std::string* type = response->headers.find("Content-Type");
        return parse_manifest(response->body, type == nullptr ? "" : *type);
    }

    Bytes manifest(const Descriptor& descriptor) override {
        return body_of(get("manifests/" + descriptor.digest, manifest_types));
    }
    Bytes blob(const Descriptor& descriptor) override { return body_of(get("blobs/" + descriptor.digest, "*/*")); }

private:
    static Bytes body_of(Response response) {
        if (!response) return tl::unexpected(response.error());
        return std::move(response->body);
    }

    // What the registry has at that place of the repository, wherever it keeps it.
    Response get(const std::string& place, const char* types) {
        const std::string path = fmt::format("/v2/{}/{}", reference_.repository, place);
        std::string url = transport_.base() + path;
        bool asked = false;
        for (int redirects = 0; redirects <= most_redirects;) {
            const auto parsed = http::parse_url(url);
            if (!parsed) return tl::unexpected("it leads to what is " + parsed.error());
            const bool own = transport_.is_own(*parsed);
            http::Request request{.url = url, .headers = {{"Accept", types}}};
            if (own && !authorization_.empty()) request.headers.emplace_back("Authorization", authorization_);
            auto response = transport_.send(std::move(request));
            if (!response) return tl::unexpected(response.error().message);
            if (response->ok()) return std::move(*response);
            const std::string* location = response->headers.find("Location");
            if (response->status == unauthorized && own && !asked) {
                asked = true;
                auto authorization =
                    authorize(transport_, *response, credentials_.find(reference_.host, reference_.repository),
                              reference_.repository);
                if (!authorization) return tl::unexpected(authorization.error());
                authorization_ = std::move(*authorization);
                url = transport_.base() + path;
            } else if (is_redirect(response->status) && location != nullptr) {
                url = http::resolve_reference(*parsed, *location);
                ++redirects;
            } else {
                return tl::unexpected(refusal(*response, own));
            }
        }
        return tl::unexpected(fmt::format("it leads on more than {} times", most_redirects));
    }

    // Registries explain themselves as {"errors": [{"code": …, "message": …}]}.
    std::string refusal(const http::Response& response, bool own) const {
        const auto json = patch::Json::parse(response.body, nullptr, false);
        std::string reason;
        if (const patch::Json* errors = patch::member(json, "errors");
            errors != nullptr && errors->is_array() && !errors->empty()) {
            const std::string code = patch::string_of((*errors)[0], "code"),
                              message = patch::string_of((*errors)[0], "message");
            reason = shown(code + (code.empty() || message.empty() ? "" : ": ") + message);
        }
        if (!reason.empty()) reason = " (" + reason + ")";
        if (!own) return fmt::format("the storage that it leads to answers with the status {}", response.status);
        switch (response.status) {
            case unauthorized:
            case forbidden:
                return fmt::format(
                    "it does not let this be read{}: credentials are taken from BEWIT_REGISTRY_AUTH, "
                    "DOCKER_AUTH_CONFIG and docker's config.json",
                    reason);
            case not_found:
                return fmt::format("it has no such image{}", reason);
            case too_many_requests:
                return fmt::format("it was asked too often{}: try again later, or with credentials", reason);
            default:
                return fmt::format("it answers with the status {}{}", response.status, reason);
        }
    }

    const Reference& reference_;
    Transport transport_;
    Credentials& credentials_;
    std::string authorization_;
};

}  // namespace

RegistryImages::Config RegistryImages::ask(const std::string& image, const patch::Platform& platform) {
    const auto reference = parse_reference(image);
    if (!reference) return tl::unexpected(reference.error());
    Repository repository(settings_, credentials_, *reference);
    const auto top = repository.top();
    if (!top) return tl::unexpected(fmt::format("{}: {}", reference->host, top.error()));
    auto config = config_of(repository, *top, platform);
    if (!config) return tl::unexpected(fmt::format("{}: {}", reference->host, config.error()));
    return config;
}

tl::expected<patch::ImageConfig, std::string> RegistryImages::find(const std::string& container,
                                                                   const std::string& image,
                                                                   const patch::Platform& platform) {
    using Clock = std::chrono::steady_clock;
    constexpr auto kept_for = std::chrono::minutes(5);
    constexpr size_t most_kept = 1000;
    if (image.empty()) return tl::unexpected(patch::unknown_image(container, image));
    const std::pair key(image, platform.architecture + (platform.assumed ? "?" : ""));
    auto found = answers_.find(key);
    if (found == answers_.end() || Clock::now() - found->second.first > kept_for) {
        if (answers_.size() >= most_kept) answers_.clear();
        auto config = ask(image, platform);
        found = answers_.insert_or_assign(key, std::pair(Clock::now(), std::move(config))).first;
    }
    const Config& config = found->second.second;
    if (config) return config;
    return tl::unexpected(
        fmt::format("the definition leaves the command to the image '{}', which --registry does not find out: {}: "
                    "state the command, or say what the image means with "
                    "--image-config {}=FILE (FILE from `docker image inspect`) or --image-layout DIR (an OCI layout)",
                    image, config.error(), container.empty() ? "NAME" : container));
}

}  // namespace bewit::image
