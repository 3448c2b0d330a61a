// Sets of capabilities as text (capabilities(7)).
#pragma once

#include <cstdint>
#include <string>

namespace bewit::field {

// "CAP_CHOWN CAP_SYS_ADMIN": the names of the bits that are set, by rising number. Bits that no capability has yet are
// left out.
void append_capabilities(uint64_t set, std::string& out);

}  // namespace bewit::field
