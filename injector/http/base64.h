// RFC 4648, section 4.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bewit::http {

// With padding, on one line.
std::string base64(std::string_view bytes);
// nullopt for what is not that: another alphabet, line breaks, padding left out.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace bewit::http
