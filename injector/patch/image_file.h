// The configuration of an image from files: the output of `docker image inspect`, `skopeo inspect --config`, `podman
// image inspect`, an OCI image configuration.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "injector/patch/document.h"
#include "injector/patch/options.h"

namespace bewit::patch {

// "[NAME=]PATH", as options about images take it: the name is empty when none was given.
struct NamedPath {
    explicit NamedPath(const std::string& argument);
    std::string name, path;
};

// Any of these formats. The error is one sentence without the file's name.
tl::expected<ImageConfig, std::string> read_image_config(const std::string& text);

// What to say where nothing tells what an image runs: every way to tell it.
std::string unknown_image(const std::string& container, const std::string& image);

// What `--image-config [NAME=]FILE` names, asked first; then `next`, which may be null.
class ImageFiles final : public ImageSource {
public:
    explicit ImageFiles(std::unique_ptr<ImageSource> next) : next_(std::move(next)) {}

    // `NAME=FILE`, where NAME is an image or a container; or FILE alone, which stands for the one image that no other
    // names. Reads the file.
    tl::expected<void, std::string> add(const std::string& argument);

    tl::expected<ImageConfig, std::string> find(const std::string& container, const std::string& image,
                                                const Platform& platform) override;

private:
    std::map<std::string, ImageConfig> by_name_;
    std::optional<std::string> without_name_;  // the image that the file without a name was asked for
    std::unique_ptr<ImageSource> next_;
};

}  // namespace bewit::patch
