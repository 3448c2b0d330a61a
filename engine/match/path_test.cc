#include "engine/match/path_test.h"

namespace bewit::match {

unsigned PathTest::flag_class(uint32_t flags) const {
    unsigned number = 0;
    for (size_t i = 0; i < flag_bits.size(); ++i) number |= (flags >> flag_bits[i] & 1u) << i;
    return number;
}

bool PathTest::may_match(std::string_view name, uint32_t flags, bool is_relative) const {
    if (empty()) return true;
    size_t state = start;
    for (const char c : name) state = next[state * class_count + byte_class[static_cast<uint8_t>(c)]];
    return ((is_relative ? relative : absolute)[state] >> flag_class(flags) & 1) != 0;
}

}  // namespace bewit::match
