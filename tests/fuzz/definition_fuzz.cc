// Arbitrary bytes as a task definition or a template: refused, or patched into a text that reads back as what was meant, and taken back to what it was.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "injector/patch/ecs_patch.h"
#include "injector/patch/patch_text.h"

namespace {

using namespace bewit::patch;

void require(bool holds) {
    if (!holds) std::abort();
}

class Images final : public ImageSource {
public:
    tl::expected<ImageConfig, std::string> find(const std::string&, const std::string&, const Platform&) override { return ImageConfig{{"/entry"}, {"word"}}; }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto document = read_document(std::string(reinterpret_cast<const char*>(data), size), size % 2 == 1);
    if (!document) {
        require(!to_text(document.error(), "f").empty());
        return 0;
    }
    for (const Node& node : document->nodes) require(node.kind == Node::Kind::Null || (node.begin <= node.end && node.end <= document->text.size()));
    Images images;
    Report report;
    const Options options{.image = "bewit"};
    const auto patched = change_text(*document, [&](const Json& json) { return patch_ecs(json, options, images, report); });
    if (!patched) return 0;
    const auto again = read_document(*patched, size % 2 == 1);
    require(again.has_value());
    (void)change_text(*again, [](const Json& json) { return unpatch_ecs(json); });
    return 0;
}
