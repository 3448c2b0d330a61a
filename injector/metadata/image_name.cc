#include "injector/metadata/image_name.h"

namespace bewit {

void set_image(state::Container& container, const std::string& image) {
    const state::ImageReference reference = state::split_image(image);
    container.image = image;
    container.image_repository = reference.repository;
    container.image_tag.reset();
    container.image_digest.reset();
    if (!reference.tag.empty()) container.image_tag = reference.tag;
    if (!reference.digest.empty()) container.image_digest = reference.digest;
}

}  // namespace bewit
