// Where the parts of an image are kept, and the way through them to the configuration.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "injector/image/manifest.h"
#include "injector/patch/options.h"

namespace bewit::image {

// What comes back is verified by who asked. The errors are one sentence.
class Store {
public:
    virtual ~Store() = default;
    virtual tl::expected<std::string, std::string> manifest(const Descriptor& descriptor) = 0;
    virtual tl::expected<std::string, std::string> blob(const Descriptor& descriptor) = 0;
};

// What the image of a manifest or an index starts on that platform. Each part is as large as its descriptor says, has
// its digest, and is no larger than largest_document; an index within an index is not followed. The configuration's own
// platform must be the one that was asked for, unless that is assumed.
tl::expected<patch::ImageConfig, std::string> config_of(Store& store, const Manifest& top,
                                                        const patch::Platform& platform);
// The same from where the manifest or the index is.
tl::expected<patch::ImageConfig, std::string> config_at(Store& store, const Descriptor& top,
                                                        const patch::Platform& platform);

}  // namespace bewit::image
