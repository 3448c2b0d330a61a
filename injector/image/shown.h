// What others wrote, in a message to the user.
#pragma once

#include <string>
#include <string_view>

namespace bewit::image {

// At most 200 characters, on one line; a '?' stands for what is no printable ASCII.
inline std::string shown(std::string_view text) {
    constexpr size_t most = 200;
    std::string result(text.substr(0, most));
    for (char& c : result) {
        if (c < 0x20 || c > 0x7e) c = '?';
    }
    return text.size() > most ? result + "..." : result;
}

}  // namespace bewit::image
