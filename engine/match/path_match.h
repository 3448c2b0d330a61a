// `pmatch`: paths by their components. A path matches when the components of one of the set's paths are the first
// components of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace bewit::match {

// Empty components count for nothing, so leading, double and trailing slashes are irrelevant; `/` matches every path. A
// component with `*`, `?` or `[` is a glob (fnmatch(3)) for one component; any number of them may stand side by side.
// Less than 4 GiB of paths.
class PathSet {
public:
    // Time in proportion to the path.
    void add(std::string_view path);
    // Between the last add() and the first matches().
    void finish();
    // Allocates nothing.
    bool matches(std::string_view path) const;

private:
    // From one node to another, by a component: a piece of texts_.
    struct Edge {
        uint32_t from, to;
        uint32_t text, length;
    };
    // Its edges lie together in edges_: those to compare by rising component, then globs.
    struct Node {
        uint32_t first = 0, globs = 0, last = 0;
        bool end = false;  // one of the paths ends here
    };
    std::string_view component_of(const Edge& edge) const {
        return std::string_view(texts_).substr(edge.text, edge.length);
    }
    bool matches_from(uint32_t node, std::string_view rest) const;
    uint32_t child(uint32_t node, std::string_view component);

    std::vector<Node> nodes_ = std::vector<Node>(1);
    std::vector<Edge> edges_;
    std::string texts_;
    std::unordered_multimap<uint64_t, uint32_t> known_;  // until finish(): edges by hash
};

}  // namespace bewit::match
