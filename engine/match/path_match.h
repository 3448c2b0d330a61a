// `pmatch`: paths by their components. A path matches when the components of one of the set's paths are the first
// components of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bewit::match {

// Empty components count for nothing, so leading, double and trailing slashes are irrelevant; `/` matches every path. A
// component with `*`, `?` or `[` is a glob (fnmatch(3)) for one component; any number of them may stand side by side.
class PathSet {
public:
    void add(std::string_view path);
    // Allocates nothing.
    bool matches(std::string_view path) const;

private:
    struct Edge {
        std::string component;
        uint32_t node;
    };
    struct Node {
        bool end = false;         // one of the paths ends here
        std::vector<Edge> exact;  // by rising component
        std::vector<Edge> globs;
    };
    bool matches_from(uint32_t node, std::string_view rest) const;
    uint32_t child(uint32_t node, std::string_view component);

    std::vector<Node> nodes_ = std::vector<Node>(1);
};

}  // namespace bewit::match
