// What somebody may have meant: the known name that needs the fewest corrections.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace bewit::field {

// Insertions, deletions, replacements and swaps of neighbours that turn one into the other.
size_t edit_distance(std::string_view left, std::string_view right);

// Collects the best of many names; of equally good ones the first. A name that lacks its end counts as one correction.
class NearestName {
public:
    explicit NearestName(std::string_view wanted) : wanted_(wanted) {}
    void consider(std::string_view name);
    // nullopt when nothing is near enough to be a slip of the pen: more than one correction in three characters, or a
    // name of more than 128.
    std::optional<std::string_view> best() const;

private:
    std::string_view wanted_;
    std::string_view best_;
    size_t distance_ = SIZE_MAX;
};

}  // namespace bewit::field
