// All lists as conditions take them: lists within lists resolved, the items as one text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <tl/expected.hpp>

#include "engine/rule/rule_set.h"

namespace bewit::rule {

// What separates words in a condition as far as lists are concerned. Quotes do not: a name within a string is replaced
// too.
constexpr bool is_list_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
constexpr bool is_list_delimiter(char c) { return is_list_blank(c) || c == '(' || c == ')' || c == ',' || c == '='; }

// An item or value as a condition takes it: in double quotes when it has a blank and no quote in front.
std::string quoted_item(std::string_view item);

struct ResolvedList {
    std::string_view name;
    std::string text;  // the items, joined by ", "
    size_t position =
        0;  // in ListTable::lists(), and in RuleSet::lists: the order in which lists are put into conditions
    bool names_later =
        false;  // a word of `text` is the name of a list that comes later, and will be replaced in its turn
};

class ListTable {
public:
    // Marks lists that others refer to as used. Borrows the names of `lists`. Fails, with the position of the list that
    // did it, when the items get too many (load_limits.h).
    static tl::expected<ListTable, size_t> build(std::vector<List>& lists);

    const std::vector<ResolvedList>& lists() const { return lists_; }
    const ResolvedList* find(std::string_view name) const;
    // A list's name has a delimiter in it, so that it is no word.
    bool has_odd_names() const { return has_odd_names_; }

private:
    std::vector<ResolvedList> lists_;
    std::unordered_map<std::string_view, size_t> by_name_;
    bool has_odd_names_ = false;
};

}  // namespace bewit::rule
