// The distance is that of Damerau and Levenshtein in its restricted form: no part of a text is corrected twice. Three
// rows of the table are enough for it.
#include "engine/field/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace bewit::field {
namespace {

// Of a name, to be recognised by it.
constexpr size_t shortest_start = 4;
// Nobody mistypes what is longer, and the time grows with the square.
constexpr size_t longest_wanted = 128;

// How many corrections a slip of the pen may need.
size_t most_corrections(std::string_view wanted) { return std::max<size_t>(1, wanted.size() / 3); }

}  // namespace

size_t edit_distance(std::string_view left, std::string_view right) {
    std::vector<size_t> before(right.size() + 1), above(right.size() + 1), row(right.size() + 1);
    std::iota(above.begin(), above.end(), size_t{0});
    for (size_t i = 1; i <= left.size(); ++i) {
        row[0] = i;
        for (size_t j = 1; j <= right.size(); ++j) {
            const size_t replaced = above[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
            row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
            const bool swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
            if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        before.swap(above);
        above.swap(row);
    }
    return above[right.size()];
}

void NearestName::consider(std::string_view name) {
    if (wanted_.size() > longest_wanted) return;
    const bool lacks_end = wanted_.size() >= shortest_start && name.starts_with(wanted_);
    const size_t longer = std::max(wanted_.size(), name.size()) - std::min(wanted_.size(), name.size());
    if (!lacks_end && longer > most_corrections(wanted_)) return;
    const size_t distance = lacks_end ? 1 : edit_distance(wanted_, name);
    if (distance >= distance_) return;
    distance_ = distance;
    best_ = name;
}

std::optional<std::string_view> NearestName::best() const {
    if (distance_ > most_corrections(wanted_)) return std::nullopt;
    return best_;
}

}  // namespace bewit::field
