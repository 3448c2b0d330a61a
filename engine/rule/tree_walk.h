// Walks over conditions' trees. They recurse once per level.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/filter/ast.h"

namespace bewit::rule {

struct TreeSize {
    size_t nodes = 0;   // expressions and operands; long texts count as several
    size_t height = 0;  // levels of expressions
};
TreeSize measure(const filter::Expression& expression);

// Adds `distance` to the offset of every place in the tree.
void shift(filter::Expression& expression, uint32_t distance);

}  // namespace bewit::rule
