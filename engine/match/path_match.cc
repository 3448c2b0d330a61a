// A trie of components. A level may have an exact edge and several globs that all fit; each is followed in turn, so a
// glob that fits but leads nowhere never hides its neighbours.
#include "engine/match/path_match.h"

#include <algorithm>

#include "engine/match/glob.h"

namespace bewit::match {
namespace {

// Takes the next component off `rest`; empty when there is none.
std::string_view next_component(std::string_view& rest) {
    const size_t begin = rest.find_first_not_of('/');
    if (begin == std::string_view::npos) {
        rest = {};
        return {};
    }
    const size_t end = std::min(rest.find('/', begin), rest.size());
    const std::string_view component = rest.substr(begin, end - begin);
    rest.remove_prefix(end);
    return component;
}

}  // namespace

uint32_t PathSet::child(uint32_t node, std::string_view component) {
    std::vector<Edge>& edges = is_glob(component) ? nodes_[node].globs : nodes_[node].exact;
    const auto place = std::lower_bound(edges.begin(), edges.end(), component,
                                        [](const Edge& edge, std::string_view text) { return edge.component < text; });
    if (place != edges.end() && place->component == component) return place->node;
    const auto made = static_cast<uint32_t>(nodes_.size());
    edges.insert(place, Edge{std::string(component), made});
    nodes_.emplace_back();  // invalidates `edges`
    return made;
}

void PathSet::add(std::string_view path) {
    uint32_t node = 0;
    for (std::string_view component = next_component(path); !component.empty(); component = next_component(path)) {
        node = child(node, component);
    }
    nodes_[node].end = true;
}

bool PathSet::matches(std::string_view path) const {
    return matches_from(0, path);
}

bool PathSet::matches_from(uint32_t index, std::string_view rest) const {
    const Node& node = nodes_[index];
    if (node.end) return true;
    const std::string_view component = next_component(rest);
    if (component.empty()) return false;
    const auto exact = std::lower_bound(node.exact.begin(), node.exact.end(), component,
                                        [](const Edge& edge, std::string_view text) { return edge.component < text; });
    if (exact != node.exact.end() && exact->component == component && matches_from(exact->node, rest)) return true;
    return std::any_of(node.globs.begin(), node.globs.end(), [&](const Edge& edge) {
        return glob_match(edge.component, component) && matches_from(edge.node, rest);
    });
}

}  // namespace bewit::match
