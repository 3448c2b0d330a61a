// Images where they are published: registries that speak the protocol of the OCI distribution specification 1.1.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "injector/image/credentials.h"
#include "injector/image/transport.h"
#include "injector/patch/options.h"

namespace bewit::image {

// Asks the registry that the image's name leads to; each image and platform once in five minutes, whatever the answer
// is. Everything is verified by its digest; of what a tag leads to, only the registry itself vouches. Used by one
// thread at a time.
class RegistryImages final : public patch::ImageSource {
public:
    explicit RegistryImages(RegistrySettings settings) : settings_(std::move(settings)) {}

    tl::expected<patch::ImageConfig, std::string> find(const std::string& container, const std::string& image,
                                                       const patch::Platform& platform) override;

private:
    using Config = tl::expected<patch::ImageConfig, std::string>;

    // Without the way out, which depends on the container.
    Config ask(const std::string& image, const patch::Platform& platform);

    RegistrySettings settings_;
    Credentials credentials_;
    std::map<std::pair<std::string, std::string>, std::pair<std::chrono::steady_clock::time_point, Config>>
        answers_;  // by image and architecture
};

}  // namespace bewit::image
