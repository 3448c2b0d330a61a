// Text that is made shorter for people.
#pragma once

#include <cstddef>
#include <string>

namespace bewit {

// At most `longest` bytes of it, and "..." after them where something is missing. Characters stay whole where it is
// UTF-8; what is not is cut all the same. `longest` is at least 4.
inline void cut_text(std::string& text, size_t longest) {
    constexpr size_t longest_character = 4;
    if (text.size() <= longest) return;
    size_t end = longest;
    while (end > longest - longest_character && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
    text.resize(end);
    text.shrink_to_fit();
    text += "...";
}

}  // namespace bewit
