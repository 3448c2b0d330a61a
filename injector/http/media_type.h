// The value of a Content-Type header (RFC 9110, 8.3).
#pragma once

#include <string_view>

namespace bewit::http {

// Without parameters: "; charset=utf-8".
inline std::string_view media_type(std::string_view header) {
    header = header.substr(0, header.find(';'));
    while (header.ends_with(' ')) header.remove_suffix(1);
    return header;
}

}  // namespace bewit::http
