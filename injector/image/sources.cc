#include "injector/image/sources.h"

#include "injector/image/layout.h"
#include "injector/image/registry.h"
#include "injector/patch/image_file.h"

namespace bewit::image {

tl::expected<std::unique_ptr<patch::ImageSource>, std::string> open_sources(const SourceOptions& options) {
    std::unique_ptr<patch::ImageSource> last;
    if (options.registry) last = std::make_unique<RegistryImages>(options.registry_settings);
    auto layouts = std::make_unique<LayoutImages>(std::move(last));
    for (const std::string& argument : options.layouts) {
        if (auto added = layouts->add(argument); !added) return tl::unexpected(added.error());
    }
    auto files = std::make_unique<patch::ImageFiles>(std::move(layouts));
    for (const std::string& argument : options.configs) {
        if (auto added = files->add(argument); !added) return tl::unexpected(added.error());
    }
    return files;
}

}  // namespace bewit::image
