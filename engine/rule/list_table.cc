#include "engine/rule/list_table.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/rule/load_limits.h"

namespace bewit::rule {
namespace {

using Index = std::unordered_map<std::string_view, size_t>;

struct Budget {
    size_t items = limits::list_items;
    size_t bytes = limits::list_bytes;

    bool take(size_t size) {
        if (items == 0 || bytes < size) return false;
        --items;
        bytes -= size;
        return true;
    }
};

// An item behind those that are there. Falco leaves the comma out as long as nothing stands there.
void add_item(std::string& text, std::string_view item) {
    if (!text.empty()) text += ", ";
    text += quoted_item(item);
}

// One level only: the items of a list that was defined before this one was last changed, as they were written.
bool add_items(const List& list, std::vector<List>& lists, const Index& index, Budget& budget, std::string& text) {
    for (const std::string& item : list.items) {
        const auto found = index.find(item);
        if (found == index.end() || lists[found->second].order >= list.visibility) {
            if (!budget.take(item.size() + 4)) return false;
            add_item(text, item);
            continue;
        }
        List& inner = lists[found->second];
        inner.used = true;
        for (const std::string& inner_item : inner.items) {
            if (!budget.take(inner_item.size() + 4)) return false;
            add_item(text, inner_item);
        }
    }
    return true;
}

bool names_later_list(std::string_view text, size_t position, const Index& index) {
    while (!text.empty()) {
        const auto end = static_cast<size_t>(std::find_if(text.begin(), text.end(), is_list_delimiter) - text.begin());
        const auto found = index.find(text.substr(0, end));
        if (found != index.end() && found->second > position) return true;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return false;
}

}  // namespace

std::string quoted_item(std::string_view item) {
    const bool has_blank = item.find(' ') != std::string_view::npos;
    if (!has_blank || item[0] == '"' || item[0] == '\'') return std::string(item);
    return fmt::format("\"{}\"", item);
}

tl::expected<ListTable, size_t> ListTable::build(std::vector<List>& lists) {
    ListTable table;
    table.lists_.reserve(lists.size());
    for (size_t i = 0; i < lists.size(); ++i) {
        lists[i].used = false;
        table.by_name_.emplace(lists[i].name, i);
        if (std::any_of(lists[i].name.begin(), lists[i].name.end(), is_list_delimiter)) table.has_odd_names_ = true;
    }
    Budget budget;
    for (size_t i = 0; i < lists.size(); ++i) {
        ResolvedList list{lists[i].name, {}, i, false};
        if (!add_items(lists[i], lists, table.by_name_, budget, list.text)) return tl::unexpected(i);
        list.names_later = names_later_list(list.text, i, table.by_name_);
        table.lists_.push_back(std::move(list));
    }
    return table;
}

const ResolvedList* ListTable::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    return found == by_name_.end() ? nullptr : &lists_[found->second];
}

}  // namespace bewit::rule
