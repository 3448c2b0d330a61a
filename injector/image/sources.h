// Everything that a command line can name as a source of image configurations, asked in this order: --image-config,
// --image-layout, --registry.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "injector/image/transport.h"
#include "injector/patch/options.h"

namespace bewit::image {

struct SourceOptions {
    std::vector<std::string> configs{}, layouts{};  // [NAME=]FILE, [NAME=]DIR
    bool registry = false;
    RegistrySettings registry_settings{};
};

// Reads what the options name; nothing is asked over a network before an image is looked up. The error is one sentence.
tl::expected<std::unique_ptr<patch::ImageSource>, std::string> open_sources(const SourceOptions& options);

}  // namespace bewit::image
