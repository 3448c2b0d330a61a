// Bottom up. In an Or, leaves that ask one field are gathered where the first of them stood; in an And the same is done
// for negated leaves, since not a and not b is not (a or b). A leaf that stands elsewhere too stays there as it is.
#include "engine/match/fuse.h"

#include <algorithm>
#include <optional>
#include <string>

#include "engine/match/text_alternatives.h"

namespace bewit::match {
namespace {

class Fuser {
public:
    Fuser(LeafTable& leaves, Graph& graph, Graph::Memo& memo) : leaves_(leaves), graph_(graph), memo_(memo) {}

    NodeId fuse(NodeId id) {
        if (const auto known = memo_.find(id); known != memo_.end()) return known->second;
        const Node node = graph_[id];  // a copy: nodes are added below
        NodeId result = id;
        if (node.count != 0) {
            std::vector<NodeId> operands(graph_.children(node).begin(), graph_.children(node).end());
            for (NodeId& operand : operands) operand = fuse(operand);
            result = combine(node.op, std::move(operands));
        }
        memo_.emplace(id, result);
        return result;
    }

private:
    NodeId combine(Node::Op op, std::vector<NodeId> operands) {
        if (op == Node::Op::Not) return graph_.negation(operands.front());
        const bool negated = op == Node::Op::And;
        for (size_t i = 0; i < operands.size(); ++i) gather(operands, i, negated);
        return negated ? graph_.conjunction(operands) : graph_.disjunction(operands);
    }

    // Makes operand `i` and those behind it that ask the same field one operand.
    void gather(std::vector<NodeId>& operands, size_t i, bool negated) {
        const std::optional<LeafId> first = alternative(operands[i], negated);
        if (!first) return;
        const ExpressionId left = leaves_.leaves()[*first].left;
        std::vector<LeafId> group{*first};
        for (size_t j = i + 1; j < operands.size(); ++j) {
            const std::optional<LeafId> other = alternative(operands[j], negated);
            if (other && leaves_.leaves()[*other].left == left) group.push_back(*other);
        }
        if (group.size() == 1) return;
        std::erase_if(operands, [&](NodeId operand) {
            const std::optional<LeafId> leaf = alternative(operand, negated);
            return leaf && *leaf != *first && leaves_.leaves()[*leaf].left == left;
        });
        const NodeId one = graph_.leaf(merged(group), leaves_.leaves()[*first].of_process);
        operands[i] = negated ? graph_.negation(one) : one;
    }

    // The leaf that the operand is, or is the negation of, when it can be one of several.
    std::optional<LeafId> alternative(NodeId id, bool negated) const {
        const Node* node = &graph_[id];
        if (negated) {
            if (node->op != Node::Op::Not) return std::nullopt;
            node = &graph_[graph_.children(*node).front()];
        }
        if (node->op != Node::Op::Leaf || !leaves_.leaves()[node->leaf].fusible) return std::nullopt;
        return node->leaf;
    }

    LeafId merged(std::vector<LeafId> group) {
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

    LeafTable& leaves_;
    Graph& graph_;
    Graph::Memo& memo_;
};

}  // namespace

NodeId fused(LeafTable& leaves, Graph& graph, NodeId root, Graph::Memo& memo) {
    return Fuser(leaves, graph, memo).fuse(root);
}

}  // namespace bewit::match
