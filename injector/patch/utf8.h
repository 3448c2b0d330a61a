// What every definition must be before a parser sees it.
#pragma once

#include "injector/patch/document.h"

namespace bewit::patch {

// Within the size limit, UTF-8 (RFC 3629), no control characters but tab and line ends.
tl::expected<void, Problem> check_text(const Document& document);

}  // namespace bewit::patch
