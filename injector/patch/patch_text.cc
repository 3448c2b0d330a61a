#include "injector/patch/patch_text.h"

#include "injector/patch/rewrite.h"

namespace bewit::patch {

tl::expected<std::string, Problem> change_text(const Document& document, const Change& change) {
    std::vector<Json> wanted;
    for (const Node* root : document.roots) {
        const auto value = value_of(document, *root);
        if (!value) return tl::unexpected(value.error());
        auto changed = change(*value);
        if (!changed)
            return tl::unexpected(changed.error().line != 0 ? changed.error()
                                                            : located(document, *root, changed.error()));
        wanted.push_back(std::move(*changed));
    }
    return rewrite(document, wanted);
}

}  // namespace bewit::patch
