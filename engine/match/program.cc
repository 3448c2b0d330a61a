#include "engine/match/program.h"

#include "engine/match/fuse.h"
#include "engine/match/kind_facts.h"

namespace bewit::match {

Program::Program(const LeafTable& leaves, Graph& graph, std::span<const NodeId> roots,
                 std::span<const event::KindSet> kinds) {
    for (size_t i = 0; i < event::max_kinds; ++i) {
        first_.push_back(static_cast<uint32_t>(entries_.size()));
        if (i >= event::kind_count()) continue;
        const auto constant = [&](LeafId id) {
            const Leaf& leaf = leaves.leaves()[id];
            return constant_for_kind(leaf, leaves.left_of(leaf), static_cast<event::Kind>(i));
        };
        Graph::Memo memo;
        for (uint32_t rule = 0; rule < roots.size(); ++rule) {
            if (!kinds[rule].test(i)) continue;
            const NodeId root = graph.specialised(roots[rule], constant, memo);
            if (root != Graph::no) entries_.push_back({rule, root});
        }
    }
    first_.push_back(static_cast<uint32_t>(entries_.size()));
}

std::vector<NodeId> Program::roots() const {
    std::vector<NodeId> roots;
    roots.reserve(entries_.size());
    for (const Entry& entry : entries_) roots.push_back(entry.root);
    return roots;
}

void Program::fuse(LeafTable& leaves, Graph& graph) {
    Graph::Memo memo;
    for (Entry& entry : entries_) entry.root = fused(leaves, graph, entry.root, memo);
}

}  // namespace bewit::match
