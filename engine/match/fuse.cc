// Bottom up. In an Or, leaves that ask one field are gathered where the first of them stood; in an And the same is done
// for negated leaves, since not a and not b is not (a or b). A leaf that stands elsewhere too stays there as it is.
#include "engine/match/fuse.h"

#include <algorithm>
#include <string>

#include "engine/match/text_alternatives.h"

namespace bewit::match {

NodeId Fuser::fused(NodeId id) {
    if (graph_[id].count == 0 || graph_.links() >= Graph::most_links) return id;
    if (const auto known = known_.find(id); known != known_.end()) return known->second;
    const Node node = graph_[id];  // a copy: nodes are added below
    std::vector<NodeId> operands(graph_.children(node).begin(), graph_.children(node).end());
    for (NodeId& operand : operands) operand = fused(operand);
    const NodeId result = node.op == Node::Op::Not ? graph_.negation(operands.front()) : combine(node.op, operands);
    known_.emplace(id, result);
    return result;
}

NodeId Fuser::combine(Node::Op op, const std::vector<NodeId>& operands) {
    struct Group {
        size_t place;  // in `kept`
        std::vector<LeafId> leaves;
    };
    const bool negated = op == Node::Op::And;
    std::vector<NodeId> kept;
    std::vector<Group> groups;
    std::unordered_map<ExpressionId, size_t> group_of;  // by what is asked
    for (const NodeId operand : operands) {
        const std::optional<LeafId> leaf = alternative(operand, negated);
        if (leaf) {
            const auto [known, is_new] = group_of.try_emplace(leaves_.leaves()[*leaf].left, groups.size());
            if (is_new) groups.push_back({kept.size(), {}});
            groups[known->second].leaves.push_back(*leaf);
            if (!is_new) continue;
        }
        kept.push_back(operand);
    }
    for (Group& group : groups) {
        if (group.leaves.size() == 1) continue;
        const bool of_process = leaves_.leaves()[group.leaves.front()].of_process;
        const NodeId one = graph_.leaf(merged(std::move(group.leaves)), of_process);
        kept[group.place] = negated ? graph_.negation(one) : one;
    }
    return negated ? graph_.conjunction(kept) : graph_.disjunction(kept);
}

std::optional<LeafId> Fuser::alternative(NodeId id, bool negated) const {
    const Node* node = &graph_[id];
    if (negated) {
        if (node->op != Node::Op::Not) return std::nullopt;
        node = &graph_[graph_.children(*node).front()];
    }
    if (node->op != Node::Op::Leaf || !leaves_.leaves()[node->leaf].fusible) return std::nullopt;
    return node->leaf;
}

LeafId Fuser::merged(std::vector<LeafId> group) {
    std::ranges::sort(group);
    std::string key = "one of";
    for (const LeafId id : group) key += ' ' + std::to_string(id);
    if (const std::optional<LeafId> known = leaves_.find(key)) return *known;
    std::vector<TextAlternative> alternatives;
    for (const LeafId id : group) {
        const Leaf& leaf = leaves_.leaves()[id];
        alternatives.push_back({leaf.op, &leaf.literals});
    }
    const Leaf& model = leaves_.leaves()[group.front()];
    Leaf result;
    result.left = model.left;
    result.op = filter::Operator::In;
    result.plurality = model.plurality;
    result.type = model.type;
    result.facts = model.facts;
    result.of_process = model.of_process;
    result.comparisons.push_back(make_text_alternatives(alternatives));
    return leaves_.add(std::move(key), std::move(result));
}

}  // namespace bewit::match
