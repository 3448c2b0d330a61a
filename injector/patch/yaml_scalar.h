// Words of YAML: what a plain one means, and how a string is written so that it stays one.
#pragma once

#include <string>
#include <string_view>

#include "injector/patch/document.h"

namespace bewit::patch {

// The value of a plain scalar: true and false, numbers that JSON would write the same way, otherwise the string.
// (`yes`, `0644`, `1_000` mean different things to different readers: they stay strings here, and are never written
// anew.)
Json plain_value(const std::string& text);

// `text` as a scalar that every version of YAML reads as that string.
std::string quoted_scalar(std::string_view text);

}  // namespace bewit::patch
