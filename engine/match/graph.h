// Conditions as one graph without cycles: equal sub-expressions over all rules, and over all kinds of events, are one
// node.
#pragma once

#include <cstdint>
#include <optional>
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
class Graph {
public:
    static constexpr NodeId no = 0, yes = 1;

    Graph();

    NodeId leaf(LeafId leaf, bool of_process);
    NodeId negation(NodeId child);
    NodeId conjunction(const std::vector<NodeId>& children) { return combined(Node::Op::And, children); }
    NodeId disjunction(const std::vector<NodeId>& children) { return combined(Node::Op::Or, children); }

    // `root` with some leaves replaced by what they are known to be: `constant(leaf)` is an optional<bool>. `memo`
    // remembers between calls with the same `constant`.
    using Memo = std::unordered_map<NodeId, NodeId>;
    template <class Constant>
    NodeId specialised(NodeId root, Constant&& constant, Memo& memo);

    const Node& operator[](NodeId id) const { return nodes_[id]; }
    std::span<const NodeId> children(const Node& node) const { return {children_.data() + node.first, node.count}; }
    size_t size() const { return nodes_.size(); }

    // Every leaf below `root`, each once.
    std::vector<LeafId> leaves_below(NodeId root) const;

    // Marks what is shared among these roots, and gives the topmost nodes that are of the process their slots. Returns
    // the number of slots, slot 0 included.
    uint32_t finish(std::span<const NodeId> roots);

private:
    struct Key {
        Node::Op op;
        std::vector<uint32_t> operands;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        size_t operator()(const Key& key) const;
    };

    NodeId intern(Node::Op op, std::vector<uint32_t> operands, bool of_process);
    NodeId combined(Node::Op op, const std::vector<NodeId>& children);
    // Appends `child` as an And or Or sees it; false when the whole is decided by it.
    bool append_operand(Node::Op op, NodeId child, std::vector<NodeId>& operands) const;

    std::vector<Node> nodes_;
    std::vector<NodeId> children_;
    std::unordered_map<Key, NodeId, KeyHash> known_;
};

template <class Constant>
NodeId Graph::specialised(NodeId root, Constant&& constant, Memo& memo) {
    if (const auto known = memo.find(root); known != memo.end()) return known->second;
    const Node node = nodes_[root];  // a copy: nodes are added below
    NodeId result = root;
    if (node.op == Node::Op::Leaf) {
        const std::optional<bool> value = constant(node.leaf);
        if (value) result = *value ? yes : no;
    } else if (node.count != 0) {
        std::vector<NodeId> operands(children(node).begin(), children(node).end());
        for (NodeId& operand : operands) operand = specialised(operand, constant, memo);
        result = node.op == Node::Op::Not ? negation(operands.front()) : combined(node.op, operands);
    }
    memo.emplace(root, result);
    return result;
}

}  // namespace bewit::match
