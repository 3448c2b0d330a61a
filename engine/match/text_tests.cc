#include "engine/match/text_tests.h"

#include <strings.h>
#include <cstring>

namespace bewit::match {

bool contains(std::string_view text, std::string_view part) {
    return part.empty() || memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

bool contains_folded(std::string_view text, std::string_view part) {
    if (part.empty()) return true;
    for (size_t at = 0; at + part.size() <= text.size(); ++at) {
        if (strncasecmp(text.data() + at, part.data(), part.size()) == 0) return true;
    }
    return false;
}

}  // namespace bewit::match
