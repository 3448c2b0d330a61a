// Tests of one text against another, shared by literals, buffers and fields on the right side. Bytes are compared, case
// only of ASCII.
#pragma once

#include <string_view>

namespace bewit::match {

bool contains(std::string_view text, std::string_view part);
bool contains_folded(std::string_view text, std::string_view part);

}  // namespace bewit::match
