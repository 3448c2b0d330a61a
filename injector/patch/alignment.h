// Which items of a list stayed, went and came.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "injector/patch/document.h"

namespace bewit::patch {

struct Alignment {
    enum class Kind : uint8_t { Kept, Removed, Added };
    Kind kind;
    size_t index = 0;              // of what is kept or removed
    const Json* wanted = nullptr;  // of what is kept (it may have changed within) or added
    std::string key{};             // of what is added to a map
};

// The shortest way from `present` to `wanted` (an array that must outlive the result). Objects of one name are the same
// item, changed or not. Lists that differ in thousands of items are taken for different from their first difference to
// their last.
std::vector<Alignment> align(const std::vector<Json>& present, const Json& wanted);

}  // namespace bewit::patch
