// A set of texts that is asked often and with texts that are mostly not in it.
#pragma once

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_set>

namespace bewit::match {

// The lengths are looked at before anything is hashed.
class TextSet {
public:
    void add(std::string text) {
        shortest_ = std::min(shortest_, text.size());
        longest_ = std::max(longest_, text.size());
        members_.insert(std::move(text));
    }
    bool contains(std::string_view text) const {
        return text.size() >= shortest_ && text.size() <= longest_ && members_.contains(text);
    }

private:
    struct Hash {
        using is_transparent = void;
        size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    std::unordered_set<std::string, Hash, std::equal_to<>> members_;
    size_t shortest_ = std::numeric_limits<size_t>::max();
    size_t longest_ = 0;
};

}  // namespace bewit::match
