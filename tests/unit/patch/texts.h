// Reading and changing texts, for tests.
#pragma once

#include <doctest/doctest.h>

#include <string>

#include "injector/patch/document.h"

namespace bewit::patch {

inline Document read_ok(const std::string& text) {
    auto document = read_document(text);
    const std::string failure = document ? "" : to_text(document.error(), "");
    REQUIRE_MESSAGE(document.has_value(), failure);
    return std::move(*document);
}

inline Json value_ok(const std::string& text) {
    const Document document = read_ok(text);
    REQUIRE(document.roots.size() == 1);
    auto value = value_of(document, *document.roots[0]);
    REQUIRE(value.has_value());
    return std::move(*value);
}

// The problem as a user sees it, without the file's name.
inline std::string refusal(const std::string& text) {
    auto document = read_document(text);
    if (!document) return to_text(document.error(), "t");
    for (const Node* root : document->roots) {
        if (const auto value = value_of(*document, *root); !value) return to_text(value.error(), "t");
    }
    return "";
}

}  // namespace bewit::patch
