#include "injector/image/layout.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "injector/image/reference.h"
#include "injector/image/shown.h"
#include "injector/image/store.h"
#include "injector/patch/container.h"
#include "injector/patch/image_file.h"
#include "injector/text_file.h"

namespace bewit::image {
namespace {

using patch::ImageConfig;
using patch::Platform;

tl::expected<std::string, std::string> read_file(const std::string& path) {
    struct stat found {};
    if (stat(path.c_str(), &found) != 0) return tl::unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
    if (!S_ISREG(found.st_mode)) return tl::unexpected(fmt::format("{}: it is no file", path));
    if (static_cast<size_t>(found.st_size) > largest_document)
        return tl::unexpected(fmt::format("{}: it has more than {} bytes", path, largest_document));
    auto text = read_text_file(path);
    if (!text) return tl::unexpected(fmt::format("{}: {}", path, std::strerror(errno)));
    return std::move(*text);
}

class Blobs final : public Store {
public:
    explicit Blobs(const std::string& directory) : directory_(directory) {}

    tl::expected<std::string, std::string> manifest(const Descriptor& descriptor) override { return blob(descriptor); }
    tl::expected<std::string, std::string> blob(const Descriptor& descriptor) override {
        std::string path = descriptor.digest;
        path.replace(path.find(':'), 1, "/");
        return read_file(directory_ + "/blobs/" + path);
    }

private:
    const std::string& directory_;
};

// A tag alone (`1.25`), as many tools write it, names no image.
bool is_full(const std::string& name) { return name.find_first_of("/:@") != std::string::npos; }

bool names(const Descriptor& entry, const Reference& image) {
    if (!image.digest.empty()) return entry.digest == image.digest;
    return std::any_of(entry.names.begin(), entry.names.end(), [&](const std::string& name) {
        const auto parsed = parse_reference(name);
        return is_full(name) && parsed && parsed->name() == image.name();
    });
}

struct Found {
    std::vector<Descriptor> entries{};
    bool by_name = false;
};

Found entries_for(const std::vector<Descriptor>& entries, const std::string& image) {
    Found found;
    const auto reference = parse_reference(image);
    for (const Descriptor& entry : entries) {
        if (reference && names(entry, *reference)) found.entries.push_back(entry);
    }
    found.by_name = !found.entries.empty();
    if (found.by_name) return found;
    std::vector<Descriptor> tagged;
    for (const Descriptor& entry : entries) {
        if (std::any_of(entry.names.begin(), entry.names.end(), is_full)) continue;
        if (reference && std::find(entry.names.begin(), entry.names.end(), reference->tag) != entry.names.end()) {
            tagged.push_back(entry);
        } else if (entry.names.empty()) {
            found.entries.push_back(entry);
        }
    }
    if (!tagged.empty()) found.entries = std::move(tagged);
    return found;
}

tl::expected<ImageConfig, std::string> read(const std::string& directory, const std::vector<Descriptor>& entries,
                                            const Platform& platform) {
    Blobs blobs(directory);
    Descriptor chosen = entries[0];
    if (entries.size() > 1) {
        // One image in several parts, one for each platform; otherwise there is no telling.
        const auto same = [&](const Descriptor& a, const Descriptor& b) {
            return a.architecture == b.architecture && a.variant == b.variant && a.os == b.os;
        };
        for (size_t i = 1; i < entries.size(); ++i) {
            if (std::any_of(entries.begin(), entries.begin() + static_cast<std::ptrdiff_t>(i),
                            [&](const Descriptor& earlier) { return same(earlier, entries[i]); })) {
                return tl::unexpected(std::string("it holds several images, and no name in it tells which is meant"));
            }
        }
        auto of_platform = choose(entries, platform);
        if (!of_platform) return tl::unexpected(of_platform.error());
        chosen = std::move(*of_platform);
    }
    return config_at(blobs, chosen, platform);
}

}  // namespace

tl::expected<void, std::string> LayoutImages::add(const std::string& argument) {
    patch::NamedPath named(argument);
    Layout layout{.name = std::move(named.name), .directory = std::move(named.path)};
    const auto refuse = [&](const std::string& why) {
        return tl::unexpected(fmt::format("--image-layout {}: {}", layout.directory, why));
    };
    const auto marker = read_file(layout.directory + "/oci-layout");
    if (!marker) return refuse(fmt::format("it is no OCI layout: {}", marker.error()));
    const auto version = patch::Json::parse(*marker, nullptr, false);
    if (!patch::string_of(version, "imageLayoutVersion").starts_with("1."))
        return refuse("its oci-layout states no imageLayoutVersion that is known here");
    const auto text = read_file(layout.directory + "/index.json");
    if (!text) return refuse(text.error());
    auto index = parse_manifest(*text, "");
    if (!index) return refuse("index.json: " + index.error());
    if (!index->is_index) return refuse("index.json is no index");
    std::erase_if(index->manifests, [](const Descriptor& entry) { return entry.attestation; });
    layout.entries = std::move(index->manifests);
    layouts_.push_back(std::move(layout));
    return {};
}

tl::expected<ImageConfig, std::string> LayoutImages::find(const std::string& container, const std::string& image,
                                                          const Platform& platform) {
    const auto from = [&](const Layout& layout,
                          const std::vector<Descriptor>& entries) -> tl::expected<ImageConfig, std::string> {
        auto config = read(layout.directory, entries, platform);
        if (!config) return tl::unexpected(fmt::format("--image-layout {}: {}", layout.directory, config.error()));
        return config;
    };
    for (const std::string& name : {container, image}) {
        for (const Layout& layout : layouts_) {
            if (name.empty() || layout.name != name) continue;
            const Found found = entries_for(layout.entries, image);
            const auto& entries = found.entries.empty() ? layout.entries : found.entries;
            if (entries.empty()) return tl::unexpected(fmt::format("--image-layout {}: it is empty", layout.directory));
            return from(layout, entries);
        }
    }
    for (const bool by_name : {true, false}) {
        for (Layout& layout : layouts_) {
            if (!layout.name.empty() || image.empty()) continue;
            const Found found = entries_for(layout.entries, image);
            if (found.entries.empty() || found.by_name != by_name) continue;
            if (!by_name && layout.stood_for.value_or(image) != image) {
                return tl::unexpected(fmt::format(
                    "--image-layout {} names no image, and cannot be for '{}' and for '{}': write --image-layout {}={}",
                    layout.directory, *layout.stood_for, image, container.empty() ? "NAME" : container,
                    layout.directory));
            }
            if (!by_name) layout.stood_for = image;
            return from(layout, found.entries);
        }
    }
    if (next_ != nullptr) return next_->find(container, image, platform);
    return tl::unexpected(patch::unknown_image(container, image));
}

}  // namespace bewit::image
