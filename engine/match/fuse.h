// Many tests of one text in one pass: the alternatives of an Or that ask the same field.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/match/graph.h"
#include "engine/match/leaf.h"

namespace bewit::match {

// Adds to both tables, in time proportional to the graph; a graph that is full (Graph::most_links) stays as it is.
class Fuser {
public:
    Fuser(LeafTable& leaves, Graph& graph) : leaves_(leaves), graph_(graph) {}

    // `root` with the string tests of one field that stand side by side in an Or, or negated in an And, made one leaf.
    // Means the same.
    NodeId fused(NodeId root);

private:
    NodeId combine(Node::Op op, const std::vector<NodeId>& operands);
    // The leaf that the operand is, or is the negation of, when it can be one of several.
    std::optional<LeafId> alternative(NodeId id, bool negated) const;
    LeafId merged(std::vector<LeafId> group);

    LeafTable& leaves_;
    Graph& graph_;
    std::unordered_map<NodeId, NodeId> known_;
};

}  // namespace bewit::match
