// A patch from text to text.
#pragma once

#include <functional>
#include <string>

#include "injector/patch/document.h"

namespace bewit::patch {

using Change = std::function<tl::expected<Json, Problem>(const Json&)>;

// Applies `change` to every root of the document, and writes the results into its text. A problem gets the place that
// its pointer names.
tl::expected<std::string, Problem> change_text(const Document& document, const Change& change);

}  // namespace bewit::patch
