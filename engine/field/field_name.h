// Names of fields, where only the answer counts and no remedy.
#pragma once

#include <string_view>

namespace bewit::field {

// Whether resolve() (catalogue.h) makes a field of the text. Searches for no name that may have been meant.
bool is_field(std::string_view text);

}  // namespace bewit::field
