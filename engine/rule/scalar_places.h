// Places inside of YAML scalars. The YAML parser tells where a scalar begins; folding, indentation and escapes stand
// between that and the place of a byte in the middle.
#pragma once

#include <cstddef>
#include <string_view>

namespace bewit::rule {

// Where the byte `wanted` of the scalar `decoded`, which begins at `start` of `source` (its properties, its quote or
// its `|` or `>`), stands in `source`. Exact for every byte that is not blank; a blank that came from folding stands
// where the fold begins. `wanted` may be the size of `decoded`: the place behind it. Takes time in proportion to the
// scalar.
size_t scalar_place(std::string_view source, size_t start, std::string_view decoded, size_t wanted);

}  // namespace bewit::rule
