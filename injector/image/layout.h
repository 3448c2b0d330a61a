// Images in a directory: the OCI image layout (image specification 1.1, image-layout), as `skopeo copy … oci:DIR`,
// `docker buildx build --output type=oci` and `docker save` (unpacked; 25 or later) write it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "injector/image/manifest.h"
#include "injector/patch/options.h"

namespace bewit::image {

// What `--image-layout [NAME=]DIR` names; then `next`, which may be null.
class LayoutImages final : public patch::ImageSource {
public:
    explicit LayoutImages(std::unique_ptr<patch::ImageSource> next) : next_(std::move(next)) {}

    // `NAME=DIR`, where NAME is an image or a container; or DIR alone, which holds the images that it names, and where
    // it names none, the one that nothing else is for. Reads the directory's index.
    tl::expected<void, std::string> add(const std::string& argument);

    tl::expected<patch::ImageConfig, std::string> find(const std::string& container, const std::string& image,
                                                       const patch::Platform& platform) override;

private:
    struct Layout {
        std::string name, directory;
        std::vector<Descriptor> entries{};
        std::optional<std::string> stood_for{};  // the image that a layout without names was asked for
    };

    std::vector<Layout> layouts_;
    std::unique_ptr<patch::ImageSource> next_;
};

}  // namespace bewit::image
