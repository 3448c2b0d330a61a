// UTF-8 (RFC 3629) for the regular expressions: the workload may write any bytes.
#pragma once

#include <string_view>

#include "engine/field/extract.h"

namespace bewit::match {

// Bytes of the well-formed character that `text` begins with; 0 when it does not begin with one. `text` is not empty.
size_t utf8_character(std::string_view text);

// `text` itself when it is valid; else a copy in `scratch` in which every byte that belongs to no character is U+FFFD.
std::string_view valid_utf8(std::string_view text, field::Scratch& scratch);

}  // namespace bewit::match
