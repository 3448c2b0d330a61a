// A trie of components. A level may have an exact edge and several globs that all fit; each is followed in turn, so a
// glob that fits but leads nowhere never hides its neighbours.
#include "engine/match/path_match.h"

#include <algorithm>
#include <functional>

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

uint64_t hash_of(uint32_t node, std::string_view component) {
    return (std::hash<std::string_view>{}(component) ^ node) * 0x9e3779b97f4a7c15u;
}

}  // namespace

uint32_t PathSet::child(uint32_t node, std::string_view component) {
    const uint64_t hash = hash_of(node, component);
    const auto [first, last] = known_.equal_range(hash);
    for (auto known = first; known != last; ++known) {
        const Edge& edge = edges_[known->second];
        if (edge.from == node && component_of(edge) == component) return edge.to;
    }
    const auto made = static_cast<uint32_t>(nodes_.size());
    nodes_.emplace_back();
    known_.emplace(hash, static_cast<uint32_t>(edges_.size()));
    edges_.push_back({node, made, static_cast<uint32_t>(texts_.size()), static_cast<uint32_t>(component.size())});
    texts_ += component;
    return made;
}

void PathSet::add(std::string_view path) {
    uint32_t node = 0;
    for (std::string_view component = next_component(path); !component.empty(); component = next_component(path)) {
        node = child(node, component);
    }
    nodes_[node].end = true;
}

void PathSet::finish() {
    known_ = {};
    std::vector<bool> globs(nodes_.size());  // by the node that the edge leads to
    for (const Edge& edge : edges_) globs[edge.to] = is_glob(component_of(edge));
    std::ranges::sort(edges_, [&](const Edge& a, const Edge& b) {
        if (a.from != b.from) return a.from < b.from;
        if (globs[a.to] != globs[b.to]) return static_cast<bool>(globs[b.to]);
        return component_of(a) < component_of(b);
    });
    for (uint32_t i = 0; i < edges_.size(); ++i) {
        Node& node = nodes_[edges_[i].from];
        if (node.last == 0) node.first = node.globs = i;
        node.last = i + 1;
        if (!globs[edges_[i].to]) node.globs = i + 1;
    }
    nodes_.shrink_to_fit();
    edges_.shrink_to_fit();
    texts_.shrink_to_fit();
}

bool PathSet::matches(std::string_view path) const { return matches_from(0, path); }

bool PathSet::matches_from(uint32_t index, std::string_view rest) const {
    const Node& node = nodes_[index];
    if (node.end) return true;
    const std::string_view component = next_component(rest);
    if (component.empty()) return false;
    const auto exact_end = edges_.begin() + node.globs;
    const auto exact =
        std::lower_bound(edges_.begin() + node.first, exact_end, component,
                         [&](const Edge& edge, std::string_view text) { return component_of(edge) < text; });
    if (exact != exact_end && component_of(*exact) == component && matches_from(exact->to, rest)) return true;
    return std::any_of(exact_end, edges_.begin() + node.last, [&](const Edge& edge) {
        return glob_match(component_of(edge), component) && matches_from(edge.to, rest);
    });
}

}  // namespace bewit::match
