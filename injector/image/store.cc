#include "injector/image/store.h"

#include <fmt/format.h>

#include "injector/image/digest.h"
#include "injector/image/shown.h"
#include "injector/patch/image_file.h"

namespace bewit::image {
namespace {

using Bytes = tl::expected<std::string, std::string>;

Bytes verified(Store& store, Bytes (Store::*read)(const Descriptor&), const Descriptor& descriptor, const char* what) {
    const auto refuse = [&](const std::string& why) { return tl::unexpected(fmt::format("{}: {}", what, why)); };
    if (!is_digest(descriptor.digest))
        return refuse(fmt::format("'{}' is no digest that is known here", shown(descriptor.digest)));
    if (descriptor.size > largest_document)
        return refuse(fmt::format("it has {} bytes, and at most {} are read", descriptor.size, largest_document));
    auto bytes = (store.*read)(descriptor);
    if (!bytes) return bytes;
    if (bytes->size() != descriptor.size)
        return refuse(fmt::format("it has {} bytes, and {} are announced", bytes->size(), descriptor.size));
    if (!matches(*bytes, descriptor.digest)) return refuse("its content is not what the digest names");
    return bytes;
}

tl::expected<Manifest, std::string> read_manifest(Store& store, const Descriptor& descriptor) {
    const auto text = verified(store, &Store::manifest, descriptor, "the manifest");
    if (!text) return tl::unexpected(text.error());
    return parse_manifest(*text, descriptor.media_type);
}

bool is_config(std::string_view media_type) {
    return media_type == "application/vnd.oci.image.config.v1+json" ||
           media_type == "application/vnd.docker.container.image.v1+json";
}

}  // namespace

tl::expected<patch::ImageConfig, std::string> config_of(Store& store, const Manifest& top,
                                                        const patch::Platform& platform) {
    Manifest manifest = top;
    if (manifest.is_index) {
        const auto chosen = choose(manifest.manifests, platform);
        if (!chosen) return tl::unexpected(chosen.error());
        auto read = read_manifest(store, *chosen);
        if (!read) return tl::unexpected(read.error());
        manifest = std::move(*read);
    }
    if (manifest.is_index)
        return tl::unexpected(std::string("the index leads to another index, which is not followed"));
    if (!is_config(manifest.config.media_type)) {
        return tl::unexpected(fmt::format("it is no container's image: its configuration is of the type '{}'",
                                          shown(manifest.config.media_type)));
    }
    const auto text = verified(store, &Store::blob, manifest.config, "the configuration");
    if (!text) return tl::unexpected(text.error());
    auto config = patch::read_image_config(*text);
    if (!config) return tl::unexpected(fmt::format("the configuration: {}", config.error()));
    const bool other_os = !config->os.empty() && config->os != platform.os;
    const bool other_machine =
        !config->architecture.empty() && config->architecture != platform.architecture && !platform.assumed;
    if (other_os || other_machine) {
        return tl::unexpected(fmt::format("the image is for {}/{}, and not for {}/{}", shown(config->os),
                                          shown(config->architecture), platform.os, shown(platform.architecture)));
    }
    return config;
}

tl::expected<patch::ImageConfig, std::string> config_at(Store& store, const Descriptor& top,
                                                        const patch::Platform& platform) {
    const auto manifest = read_manifest(store, top);
    if (!manifest) return tl::unexpected(manifest.error());
    return config_of(store, *manifest, platform);
}

}  // namespace bewit::image
