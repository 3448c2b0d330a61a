#include "engine/match/specialiser.h"

#include <algorithm>
#include <unordered_map>

namespace bewit::match {
namespace {

// Far more than the rules that people write ask about.
constexpr size_t most_leaves = 20'000;

constexpr uint32_t none = UINT32_MAX;
constexpr char undecided = '?';

char decision(const Leaf& leaf, const Fixed& fixed) {
    const std::optional<bool> value = constant_with(leaf, fixed);
    return !value ? undecided : *value ? '1' : '0';
}

}  // namespace

Specialiser::Specialiser(const LeafTable& leaves, Graph& graph)
    : graph_(graph),
      position_of_(leaves.leaves().size(), none),
      decisions_(event::kind_count()),
      varies_(graph.size()),
      answers_(graph.size()),
      answered_(graph.size()) {
    std::vector<LeafId> decided;
    for (LeafId id = 0; id < position_of_.size() && decided.size() < most_leaves; ++id) {
        if (!depends_on_kind(leaves.left_of(leaves.leaves()[id]))) continue;
        position_of_[id] = static_cast<uint32_t>(decided.size());
        decided.push_back(id);
    }
    for (size_t i = 0; i < decisions_.size(); ++i) {
        std::unordered_map<ExpressionId, Fixed> fixed;
        for (const LeafId id : decided) {
            const Leaf& leaf = leaves.leaves()[id];
            const auto [known, is_new] = fixed.try_emplace(leaf.left);
            if (is_new) known->second = fixed_for(leaves.left_of(leaf), static_cast<event::Kind>(i));
            decisions_[i] += decision(leaf, known->second);
        }
    }
    // Children come before their parents.
    for (NodeId id = 0; id < graph.size(); ++id) {
        const Node& node = graph[id];
        varies_[id] = node.op == Node::Op::Leaf
                          ? position_of_[node.leaf] != none
                          : std::ranges::any_of(graph.children(node), [&](NodeId child) { return varies_[child]; });
    }
}

std::vector<event::Kind> Specialiser::kinds() const {
    std::vector<event::Kind> kinds;
    for (size_t i = 0; i < decisions_.size(); ++i) kinds.push_back(static_cast<event::Kind>(i));
    std::ranges::sort(kinds, [&](event::Kind a, event::Kind b) {
        const int order = decisions_[event::index(a)].compare(decisions_[event::index(b)]);
        return order != 0 ? order < 0 : a < b;
    });
    return kinds;
}

void Specialiser::begin(event::Kind kind) {
    const std::string& decisions = decisions_[event::index(kind)];
    if (current_ == nullptr || *current_ != decisions) ++round_;
    current_ = &decisions;
}

NodeId Specialiser::specialised(NodeId root) {
    if (!varies_[root] || graph_.links() >= Graph::most_links) return root;
    if (answered_[root] == round_) return answers_[root];
    const NodeId result = compute(root);
    answered_[root] = round_;
    answers_[root] = result;
    return result;
}

NodeId Specialiser::compute(NodeId id) {
    const Node node = graph_[id];  // a copy: nodes are added below
    switch (node.op) {
        case Node::Op::False:
        case Node::Op::True:
            return id;
        case Node::Op::Leaf: {
            const char decided = (*current_)[position_of_[node.leaf]];
            return decided == undecided ? id : decided == '1' ? Graph::yes : Graph::no;
        }
        case Node::Op::Not:
            return graph_.negation(specialised(graph_.children(node).front()));
        case Node::Op::And:
        case Node::Op::Or:
            break;
    }
    return combination(id, node);
}

NodeId Specialiser::combination(NodeId id, const Node& node) {
    const NodeId deciding = node.op == Node::Op::And ? Graph::no : Graph::yes;
    std::vector<NodeId> operands;  // empty as long as they are those of the node
    for (uint32_t i = 0; i < node.count; ++i) {
        const NodeId child = graph_.children(node)[i];
        const NodeId operand = specialised(child);
        if (operand == deciding) return deciding;
        if (operands.empty() && operand == child) continue;
        if (operands.empty()) {
            const std::span<const NodeId> before = graph_.children(node).first(i);
            operands.reserve(node.count);
            operands.assign(before.begin(), before.end());
        }
        operands.push_back(operand);
    }
    if (operands.empty()) return id;
    return node.op == Node::Op::And ? graph_.conjunction(operands) : graph_.disjunction(operands);
}

}  // namespace bewit::match
