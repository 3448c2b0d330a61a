// What turns one value into another, as operations (RFC 6902).
#pragma once

#include "injector/patch/document.h"

namespace bewit::patch {

// A list of `add`, `remove` and `replace` that makes `wanted` of `present`, but for the order of keys; empty when both
// are the same. What is put before the items of a list is added there, and the items stay as they are (alignment.h).
Json json_patch(const Json& present, const Json& wanted);

}  // namespace bewit::patch
