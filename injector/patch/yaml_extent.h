// Where the values of a YAML text end.
#pragma once

#include "injector/patch/document.h"

namespace bewit::patch {

// A place that is not in the text: `begin` of an empty value before find_extents().
inline constexpr size_t nowhere = SIZE_MAX;

// Completes `end` and `marks` of every node, `begin` of empty values. What it gets wrong in a text of unusual shape
// cannot become a wrong definition: rewrite() reads its own result again.
void find_extents(Document& document);

}  // namespace bewit::patch
