#include "injector/patch/image_file.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "injector/patch/container.h"
#include "injector/text_file.h"

namespace bewit::patch {
namespace {

tl::expected<std::vector<std::string>, std::string> words_at(const Json& config, const std::string& key) {
    std::vector<std::string> words;
    const Json* list = member(config, key);
    if (list == nullptr || list->is_null()) return words;
    if (!list->is_array()) return tl::unexpected(fmt::format("{} is no list", key));
    for (const Json& word : *list) {
        if (!word.is_string()) return tl::unexpected(fmt::format("{} holds something that is no string", key));
        words.push_back(word.get<std::string>());
    }
    return words;
}

}  // namespace

tl::expected<ImageConfig, std::string> read_image_config(const std::string& text) {
    const auto document = read_json(text);
    if (!document) return tl::unexpected(to_text(document.error(), ""));
    const auto json = value_of(*document, *document->roots[0]);
    if (!json) return tl::unexpected(json.error().message);
    const Json* image = &*json;
    if (image->is_array()) {
        if (image->size() != 1) return tl::unexpected(fmt::format("it describes {} images, not one", image->size()));
        image = &(*image)[0];
    }
    // `Config` of docker and podman, `config` of OCI; a configuration that sets nothing may leave it out.
    const Json* config = member(*image, "Config");
    if (config == nullptr) config = member(*image, "config");
    if (config == nullptr && member(*image, "rootfs") == nullptr) {
        const bool skopeo = member(*image, "Digest") != nullptr && member(*image, "Layers") != nullptr;
        return tl::unexpected(skopeo ? std::string("this is `skopeo inspect`; write `skopeo inspect --config`")
                                     : std::string("it is no image configuration: neither Config nor config is in it"));
    }
    static const Json nothing = Json::object();
    if (config == nullptr || config->is_null()) config = &nothing;
    auto entrypoint = words_at(*config, "Entrypoint"), command = words_at(*config, "Cmd");
    if (!entrypoint) return tl::unexpected(entrypoint.error());
    if (!command) return tl::unexpected(command.error());
    // Capitals of docker, none of OCI.
    return ImageConfig{std::move(*entrypoint), std::move(*command), string_of(*image, "Os") + string_of(*image, "os"),
                       string_of(*image, "Architecture") + string_of(*image, "architecture")};
}

std::string unknown_image(const std::string& container, const std::string& image) {
    const std::string name = container.empty() ? "NAME" : container;
    if (image.empty()) {
        return fmt::format(
            "its image is known only when it is deployed: state the command, or say what the image means with "
            "--image-config {0}=FILE (FILE from `docker image "
            "inspect`) or --image-layout {0}=DIR (an OCI layout)",
            name);
    }
    return fmt::format(
        "the definition leaves the command to the image '{}': state it, or say what the image means with "
        "--image-config {}=FILE (FILE from `docker image inspect`) or "
        "--image-layout DIR (an OCI layout), or have its registry asked with --registry",
        image, name);
}

NamedPath::NamedPath(const std::string& argument) {
    const size_t equals = argument.find('=');
    if (equals != std::string::npos) name = argument.substr(0, equals);
    path = argument.substr(equals == std::string::npos ? 0 : equals + 1);
}

tl::expected<void, std::string> ImageFiles::add(const std::string& argument) {
    const auto [name, path] = NamedPath(argument);
    const auto text = read_text_file(path);
    if (!text) return tl::unexpected(fmt::format("--image-config {}: {}", path, std::strerror(errno)));
    auto config = read_image_config(*text);
    if (!config) return tl::unexpected(fmt::format("--image-config {}: {}", path, config.error()));
    if (!by_name_.emplace(name, std::move(*config)).second) {
        return tl::unexpected(fmt::format("--image-config {}: {} has a file already", argument,
                                          name.empty() ? "what has no name" : name));
    }
    return {};
}

tl::expected<ImageConfig, std::string> ImageFiles::find(const std::string& container, const std::string& image,
                                                        const Platform& platform) {
    for (const std::string& name : {container, image}) {
        const auto found = by_name_.find(name);
        if (!name.empty() && found != by_name_.end()) return found->second;
    }
    if (const auto any = by_name_.find(""); any != by_name_.end()) {
        const bool another = without_name_ && (image.empty() || *without_name_ != image);
        if (another) {
            return tl::unexpected(fmt::format(
                "--image-config FILE without a name cannot be for '{}' and for '{}': write --image-config {}=FILE",
                *without_name_, image, container.empty() ? "NAME" : container));
        }
        without_name_ = image;
        return any->second;
    }
    if (next_ != nullptr) return next_->find(container, image, platform);
    return tl::unexpected(unknown_image(container, image));
}

}  // namespace bewit::patch
