#include "engine/match/graph.h"

#include <algorithm>

#include "engine/match/numbers_hash.h"

namespace bewit::match {
namespace {

uint64_t hash_of(Node::Op op, std::span<const uint32_t> operands) {
    uint64_t hash = static_cast<uint64_t>(op) + 0x9e3779b97f4a7c15u;
    for (const uint32_t operand : operands) hash = mix(hash, operand);
    return hash;
}

}  // namespace

Graph::Graph() : nodes_(2) {
    nodes_[no].op = Node::Op::False;
    nodes_[yes].op = Node::Op::True;
}

NodeId Graph::intern(Node::Op op, std::span<const uint32_t> operands, bool of_process) {
    const uint64_t hash = hash_of(op, operands);
    const auto [first, last] = known_.equal_range(hash);
    for (auto known = first; known != last; ++known) {
        const Node& node = nodes_[known->second];
        if (node.op != op) continue;
        if (op == Node::Op::Leaf ? node.leaf == operands.front() : std::ranges::equal(children(node), operands)) {
            return known->second;
        }
    }
    Node node;
    node.op = op;
    node.of_process = of_process;
    if (op == Node::Op::Leaf) {
        node.leaf = operands.front();
    } else {
        node.first = static_cast<uint32_t>(children_.size());
        node.count = static_cast<uint32_t>(operands.size());
        children_.insert(children_.end(), operands.begin(), operands.end());
    }
    const auto made = static_cast<NodeId>(nodes_.size());
    nodes_.push_back(node);
    known_.emplace(hash, made);
    return made;
}

NodeId Graph::leaf(LeafId leaf, bool of_process) { return intern(Node::Op::Leaf, {&leaf, 1}, of_process); }

NodeId Graph::negation(NodeId child) {
    const Node& node = nodes_[child];
    switch (node.op) {
        case Node::Op::False:
            return yes;
        case Node::Op::True:
            return no;
        case Node::Op::Not:
            return children(node).front();
        default:
            return intern(Node::Op::Not, {&child, 1}, node.of_process);
    }
}

bool Graph::append_operand(Node::Op op, NodeId child) {
    const NodeId neutral = op == Node::Op::And ? yes : no;
    const NodeId deciding = op == Node::Op::And ? no : yes;
    if (child == neutral) return true;
    if (child == deciding) return false;
    const Node& node = nodes_[child];
    // An Or inside of an Or is taken apart, so that alternatives stand side by side. An And stays whole: it is mostly a
    // macro that many rules begin with, and then one answer for all of them.
    if (node.op == op && op == Node::Op::Or) {
        return std::ranges::all_of(children(node), [&](NodeId grandchild) { return append_operand(op, grandchild); });
    }
    if (latest_[child] == made_) return true;
    latest_[child] = made_;
    operands_.push_back(child);
    return true;
}

NodeId Graph::combined(Node::Op op, std::span<const NodeId> children) {
    operands_.clear();
    latest_.resize(nodes_.size());
    ++made_;
    for (const NodeId child : children) {
        if (!append_operand(op, child)) return op == Node::Op::And ? no : yes;
    }
    if (operands_.empty()) return op == Node::Op::And ? yes : no;
    if (operands_.size() == 1) return operands_.front();
    const bool of_process = std::ranges::all_of(operands_, [&](NodeId id) { return nodes_[id].of_process; });
    return intern(op, operands_, of_process);
}

std::vector<LeafId> Graph::leaves_below(std::span<const NodeId> roots) const {
    std::vector<LeafId> leaves;
    std::vector<bool> seen(nodes_.size());
    std::vector<NodeId> pending(roots.begin(), roots.end());
    while (!pending.empty()) {
        const NodeId id = pending.back();
        pending.pop_back();
        if (seen[id]) continue;
        seen[id] = true;
        const Node& node = nodes_[id];
        if (node.op == Node::Op::Leaf) leaves.push_back(node.leaf);
        for (const NodeId child : children(node)) pending.push_back(child);
    }
    return leaves;
}

uint32_t Graph::finish(std::span<const NodeId> roots) {
    std::vector<uint32_t> parents(nodes_.size());
    std::vector<NodeId> pending;
    uint32_t slots = 1;
    // A node is looked into when it is first met; what is of the process gets its slot where the rest of the graph
    // leads to it.
    const auto meet = [&](NodeId id, bool parent_of_process) {
        Node& node = nodes_[id];
        node.shared = ++parents[id] > 1;
        if (node.of_process && !parent_of_process && node.slot == 0) node.slot = slots++;
        if (parents[id] == 1) pending.push_back(id);
    };
    for (const NodeId root : roots) meet(root, false);
    while (!pending.empty()) {
        const Node node = nodes_[pending.back()];
        pending.pop_back();
        for (const NodeId child : children(node)) meet(child, node.of_process);
    }
    return slots;
}

}  // namespace bewit::match
