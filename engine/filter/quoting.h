// Quoted strings: from the text to the value and back.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace bewit::filter {

struct EscapeError {
    size_t offset = 0;  // of the backslash, from the opening quote
    std::string message;
};

// The value of a quoted string; `quoted` is the token with its quotes (Scanner::quoted). Escapes: \b \f \n \r \t \\ \/
// \xHH, the quote that the string is in, and a backslash before a space, which stands for the backslash alone.
tl::expected<std::string, EscapeError> unescape(std::string_view quoted);

// `value` in double quotes, as unescape() takes it back. The result is well-formed UTF-8 without control characters,
// whatever the value.
std::string quote(std::string_view value);

// Whether a value can do without quotes: as a string of a comparison or list, as the argument in the brackets of a
// field. Blanks, quotes,
// `=`, backslashes and control characters ask for quotes in both.
bool plain_string(std::string_view value);
bool plain_argument(std::string_view value);

}  // namespace bewit::filter
