// Lists put into conditions: a list's name, standing as a word, gives way to the list's items. This happens in the
// text, before it is parsed, so that `x in (list)` becomes `x in ( a, b )`.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/rule/list_table.h"
#include "engine/rule/text_origin.h"

namespace bewit::rule {

struct ExpandedText {
    std::string text;
    std::vector<Span>
        spans;  // Span::insertion is the position of the list; empty: nothing was put in, or it is not known where
    std::vector<size_t> used;  // positions of lists, rising, each once
};

// Lists are put in one after the other, in their order: what an earlier one brought may be the name of a later one.
// Blanks around the name go, and one stands on each side of the items (none at the start of the text). A list without
// items takes a comma with it: the one on its left, else the one on its right. nullopt when the text grows too large
// (load_limits.h).
std::optional<ExpandedText> expand_lists(std::string_view text, const ListTable& lists);

// The same list by list, over the whole text each time; without spans. What expand_lists() does when names of lists are
// no words. Takes time in proportion to the number of lists.
std::optional<ExpandedText> expand_one_by_one(std::string_view text, const ListTable& lists);

}  // namespace bewit::rule
