#include "injector/patch/alignment.h"

#include <algorithm>
#include <string_view>

namespace bewit::patch {
namespace {

constexpr size_t table_limit = 4'000'000;

// Whether both are the same item, changed or not.
bool same(const Json& a, const Json& b) {
    if (a == b) return true;
    if (!a.is_object() || !b.is_object()) return false;
    for (const std::string_view key : {"name", "Name", "Fn::If"}) {
        const auto in_a = a.find(std::string(key)), in_b = b.find(std::string(key));
        if (in_a == a.end() || in_b == b.end()) continue;
        if (key != "Fn::If") return *in_a == *in_b;
        return in_a->is_array() && in_b->is_array() && !in_a->empty() && !in_b->empty() && (*in_a)[0] == (*in_b)[0];
    }
    return false;
}

// Neither is known by a name: what stands in its place is the same thing, changed.
bool changed_in_place(const Json& a, const Json& b) {
    return a.is_structured() && a.type() == b.type() && !a.contains("name") && !a.contains("Name") &&
           !b.contains("name") && !b.contains("Name");
}

class Table {
public:
    Table(size_t rows, size_t columns) : columns_(columns + 1), cells_((rows + 1) * (columns + 1)) {}
    uint32_t& at(size_t row, size_t column) { return cells_[row * columns_ + column]; }

private:
    size_t columns_;
    std::vector<uint32_t> cells_;
};

}  // namespace

std::vector<Alignment> align(const std::vector<Json>& present, const Json& wanted) {
    using Kind = Alignment::Kind;
    std::vector<Alignment> steps;
    size_t head = 0, present_end = present.size(), wanted_end = wanted.size();
    while (head < present_end && head < wanted_end && same(present[head], wanted[head])) ++head;
    while (present_end > head && wanted_end > head && same(present[present_end - 1], wanted[wanted_end - 1]))
        --present_end, --wanted_end;
    for (size_t i = 0; i < head; ++i) steps.push_back({.kind = Kind::Kept, .index = i, .wanted = &wanted[i]});

    bool in_place = present_end - head == wanted_end - head;
    for (size_t i = head; in_place && i < present_end; ++i) in_place = changed_in_place(present[i], wanted[i]);
    for (; in_place && head < present_end; ++head)
        steps.push_back({.kind = Kind::Kept, .index = head, .wanted = &wanted[head]});

    const size_t rows = present_end - head, columns = wanted_end - head;
    if (rows != 0 && columns != 0 && rows <= table_limit / columns) {
        // Longest common subsequence, from the back.
        Table length(rows, columns);
        for (size_t i = rows; i-- > 0;) {
            for (size_t j = columns; j-- > 0;) {
                length.at(i, j) = same(present[head + i], wanted[head + j])
                                      ? length.at(i + 1, j + 1) + 1
                                      : std::max(length.at(i + 1, j), length.at(i, j + 1));
            }
        }
        size_t i = 0, j = 0;
        while (i < rows || j < columns) {
            if (i < rows && j < columns && same(present[head + i], wanted[head + j])) {
                steps.push_back({.kind = Kind::Kept, .index = head + i++, .wanted = &wanted[head + j++]});
            } else if (j < columns && (i == rows || length.at(i, j + 1) > length.at(i + 1, j))) {
                steps.push_back({.kind = Kind::Added, .wanted = &wanted[head + j++]});
            } else {
                steps.push_back({.kind = Kind::Removed, .index = head + i++});
            }
        }
    } else {
        for (size_t i = 0; i < rows; ++i) steps.push_back({.kind = Kind::Removed, .index = head + i});
        for (size_t j = 0; j < columns; ++j) steps.push_back({.kind = Kind::Added, .wanted = &wanted[head + j]});
    }

    for (size_t i = present_end; i < present.size(); ++i) {
        steps.push_back({.kind = Kind::Kept, .index = i, .wanted = &wanted[wanted_end + i - present_end]});
    }
    return steps;
}

}  // namespace bewit::patch
