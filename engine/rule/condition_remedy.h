// What to do about a condition or a field of an output that is refused: beside Falco's sentence, which says what is
// wrong.
#pragma once

#include <string_view>

namespace bewit::rule {

// One sentence for the sentence of an error; empty where there is nothing to add, or where it says a remedy itself
// ("did you mean ...").
std::string_view condition_remedy(std::string_view message);

}  // namespace bewit::rule
