// Conditions as one graph without cycles: equal sub-expressions over all rules, and over all kinds of events, are one
// node.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/match/leaf.h"

namespace bewit::match {

using NodeId = uint32_t;

struct Node {
    enum class Op : uint8_t { False, True, Leaf, Not, And, Or };

    Op op = Op::False;
    bool of_process = false;  // every leaf below is (Leaf::of_process)
    bool shared = false;      // more than one node or root leads here
    LeafId leaf = 0;          // Leaf
    uint32_t first = 0;       // Not, And, Or: children are Graph::children(node)
    uint32_t count = 0;
    uint32_t slot = 0;  // among the nodes whose answers are kept with the process; 0 is none
};

// Nodes are only ever added; children come before their parents. And and Or keep the order in which they were written.
// A node takes time in proportion to its children.
class Graph {
public:
    static constexpr NodeId no = 0, yes = 1;
    // Whoever adds for others looks that `links()`, the children of all nodes together, stay below it.
    static constexpr size_t most_links = 12'000'000;

    Graph();

    NodeId leaf(LeafId leaf, bool of_process);
    NodeId negation(NodeId child);
    NodeId conjunction(std::span<const NodeId> children) { return combined(Node::Op::And, children); }
    NodeId disjunction(std::span<const NodeId> children) { return combined(Node::Op::Or, children); }

    const Node& operator[](NodeId id) const { return nodes_[id]; }
    std::span<const NodeId> children(const Node& node) const { return {children_.data() + node.first, node.count}; }
    size_t size() const { return nodes_.size(); }
    size_t links() const { return children_.size(); }

    // Every leaf below the roots, each once.
    std::vector<LeafId> leaves_below(std::span<const NodeId> roots) const;

    // Marks what is shared among these roots, and gives the topmost nodes that are of the process their slots. Returns
    // the number of slots, slot 0 included.
    uint32_t finish(std::span<const NodeId> roots);

private:
    NodeId intern(Node::Op op, std::span<const uint32_t> operands, bool of_process);
    NodeId combined(Node::Op op, std::span<const NodeId> children);
    // Appends `child` as an And or Or sees it; false when the whole is decided by it.
    bool append_operand(Node::Op op, NodeId child);

    std::vector<Node> nodes_;
    std::vector<NodeId> children_;
    std::unordered_multimap<uint64_t, NodeId> known_;  // by hash
    // The node that is being made: its operands, and by node the latest of those made that has it among them.
    std::vector<NodeId> operands_;
    std::vector<uint32_t> latest_;
    uint32_t made_ = 0;
};

}  // namespace bewit::match
