// Arbitrary bytes as a task definition, a template or a manifest: refused, or patched into a text that reads back as
// what was meant; twice is once, and what is taken back is what it was.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "injector/patch/ecs_patch.h"
#include "injector/patch/k8s_patch.h"
#include "injector/patch/patch_text.h"

namespace {

using namespace bewit::patch;

void require(bool holds) {
    if (!holds) std::abort();
}

class Images final : public ImageSource {
public:
    tl::expected<ImageConfig, std::string> find(const std::string&, const std::string&, const Platform&) override {
        return ImageConfig{{"/entry"}, {"word"}};
    }
};

std::vector<Json> values_of(const Document& document) {
    std::vector<Json> values;
    for (const Node* root : document.roots) {
        auto value = value_of(document, *root);
        require(value.has_value());
        values.push_back(std::move(*value));
    }
    return values;
}

void check_laws(const Document& document, bool yaml, const Change& patch, const Change& unpatch) {
    const auto patched = change_text(document, patch);
    if (!patched) return;
    const auto again = read_document(*patched, yaml);
    require(again.has_value());
    // What names itself like bewit's own things may be taken for them.
    if (document.text.find("bewit") != std::string::npos) return;
    const auto twice = change_text(*again, patch);
    require(twice.has_value() && *twice == *patched);
    const auto undone = change_text(*again, unpatch);
    require(undone.has_value());
    const auto original = read_document(*undone, yaml);
    require(original.has_value() && values_of(*original) == values_of(document));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const auto document = read_document(std::string(reinterpret_cast<const char*>(data), size), size % 2 == 1);
    if (!document) {
        require(!to_text(document.error(), "f").empty());
        return 0;
    }
    for (const Node& node : document->nodes)
        require(node.kind == Node::Kind::Null || (node.begin <= node.end && node.end <= document->text.size()));
    Images images;
    Report report;
    const Options options{.image = "image"};
    const bool yaml = size % 2 == 1;
    check_laws(
        *document, yaml, [&](const Json& json) { return patch_ecs(json, options, images, report); },
        [](const Json& json) { return unpatch_ecs(json); });
    check_laws(
        *document, yaml, [&](const Json& json) { return patch_k8s(json, options, images, report); },
        [](const Json& json) { return unpatch_k8s(json); });
    return 0;
}
