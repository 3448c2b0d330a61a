// A changed value written into the text that it came from: what did not change keeps its bytes, comments and order with
// them.
#pragma once

#include <string>
#include <vector>

#include "injector/patch/document.h"

namespace bewit::patch {

// The document's text with the value of each root made `wanted` (one each, in order). The result is read again: it has
// exactly these values, or this is an error. What is new takes the indentation and the style of its neighbours.
tl::expected<std::string, Problem> rewrite(const Document& document, const std::vector<Json>& wanted);

}  // namespace bewit::patch
