#include "engine/match/open_conditions.h"

#include <algorithm>

#include "engine/match/kernel_names.h"
#include "engine/match/path_patterns.h"
#include "engine/match/register_tests.h"

namespace bewit::match {
namespace {

uint8_t flags_argument(event::Kind kind) { return open_arguments(kind)->flags.value_or(UINT8_MAX); }

std::vector<LeafId> leaves_of(const OpenRules& kind, const Graph& graph) {
    std::vector<LeafId> result = graph.leaves_below(kind.roots);
    std::ranges::sort(result);
    return result;
}

}  // namespace

OpenConditions::OpenConditions(const LeafTable& leaves, const Graph& graph, std::span<const OpenRules> rules)
    : leaves_(leaves), graph_(graph), rules_(rules), known_(rules.size(), std::vector<Known>(graph.size())) {
    for (const OpenRules& kind : rules) {
        const uint8_t argument = flags_argument(kind.kind);
        for (const LeafId id : leaves_of(kind, graph)) {
            const Leaf& leaf = leaves.leaves()[id];
            flags_.look_at(registers_for(leaf, leaves.left_of(leaf), kind.kind, true), argument);
            flags_.look_at(registers_for(leaf, leaves.left_of(leaf), kind.kind, false), argument);
        }
    }
    flags_.finish();
    for (const OpenRules& kind : rules) {
        registers_.emplace_back();
        for (const LeafId id : leaves_of(kind, graph)) look_at(id, kind.kind);
    }
    questions_of_.resize(patterns_.size());
    for (uint32_t i = 0; i < questions_.size(); ++i) {
        for (const size_t pattern : questions_[i].patterns) questions_of_[pattern].push_back(i);
    }
}

void OpenConditions::look_at(LeafId id, event::Kind kind) {
    const Leaf& leaf = leaves_.leaves()[id];
    const field::Expression& left = leaves_.left_of(leaf);
    const std::optional<NameQuestion> question = name_question(leaf, left);
    if (!question) {
        const uint8_t argument = flags_argument(kind);
        registers_.back()[id] = {flags_.with(registers_for(leaf, left, kind, true), argument),
                                 flags_.with(registers_for(leaf, left, kind, false), argument)};
        return;
    }
    if (!question_of_.try_emplace(id, questions_.size()).second) return;
    Question& kept = questions_.emplace_back();
    kept = {{}, question->negated, question->exact, question->of_given_name};
    for (const Pattern& pattern : question->patterns) kept.patterns.push_back(patterns_.add(pattern));
}

const OpenConditions::Outlook& OpenConditions::outlook(const std::vector<Prospect>& prospects) {
    constexpr size_t remembered = 2048;
    if (outlooks_.size() >= remembered && !outlooks_.contains(prospects)) outlooks_.clear();
    const auto [place, is_new] = outlooks_.try_emplace(prospects);
    Outlook& result = place->second;
    if (!is_new) return result;
    result.relevant.assign(questions_.size(), false);
    result.absolute = judge(prospects, false, result.relevant);
    result.relative = judge(prospects, true, result.relevant);
    return result;
}

OpenConditions::Reach OpenConditions::judge(const std::vector<Prospect>& prospects, bool relative,
                                            std::vector<bool>& relevant) {
    prospects_ = &prospects;
    relative_ = relative;
    ++generation_;
    Reach reach;
    for (size_t kind = 0; kind < rules_.size(); ++kind) {
        for (const NodeId root : rules_[kind].roots) {
            const Bounds& bounds = bounds_of(root, kind);
            reach.all |= bounds.least.hold;
            reach.some |= bounds.most.hold;
        }
    }
    const uint64_t undecided = reach.some & ~reach.all;
    if (undecided == 0) return reach;
    for (size_t kind = 0; kind < rules_.size(); ++kind) {
        for (const NodeId root : rules_[kind].roots) mark(root, kind, {undecided, 0}, relevant);
    }
    return reach;
}

const OpenConditions::Bounds& OpenConditions::bounds_of(NodeId id, size_t kind) {
    Known& known = known_[kind][id];
    if (known.generation == generation_) return known.bounds;
    const Node& node = graph_[id];
    Bounds result;
    switch (node.op) {
        case Node::Op::False:
            result.least = result.most = {0, every_class};
            break;
        case Node::Op::True:
            result.least = result.most = {every_class, 0};
            break;
        case Node::Op::Leaf:
            result = bounds_of_leaf(node.leaf, kind);
            break;
        case Node::Op::Not: {
            const Bounds& child = bounds_of(graph_.children(node).front(), kind);
            result = {{child.least.fail, child.least.hold}, {child.most.fail, child.most.hold}};
            break;
        }
        case Node::Op::And:
        case Node::Op::Or: {
            const bool all = node.op == Node::Op::And;
            const auto join = [all](May a, May b) {
                return all ? May{a.hold & b.hold, a.fail | b.fail} : May{a.hold | b.hold, a.fail & b.fail};
            };
            result.least = result.most = all ? May{every_class, 0} : May{0, every_class};
            for (const NodeId child : graph_.children(node)) {
                const Bounds& one = bounds_of(child, kind);
                result = {join(result.least, one.least), join(result.most, one.most)};
                // What cannot be true in any class is known to be false in all of them.
                if ((all ? result.most.hold : result.most.fail) == 0) break;
            }
            break;
        }
    }
    known = {result, {0, 0}, generation_};
    return known.bounds;
}

OpenConditions::Bounds OpenConditions::bounds_of_leaf(LeafId id, size_t kind) const {
    const auto found = question_of_.find(id);
    if (found == question_of_.end()) {
        const May may = registers_[kind].at(id);
        return {may, may};
    }
    const Question& question = questions_[found->second];
    if (question.of_given_name && relative_) return {};
    const auto prospect = (*prospects_)[found->second];
    if (prospect == Prospect::Open) return {{0, 0}, {}};
    const bool fits = prospect == Prospect::Always;
    const May may{fits ? every_class : 0, fits && question.exact ? 0 : every_class};
    const May answer = question.negated ? May{may.fail, may.hold} : may;
    return {answer, answer};
}

void OpenConditions::mark(NodeId id, size_t kind, May undecided, std::vector<bool>& relevant) {
    Known& known = known_[kind][id];
    // Behind a child that decides, others were not looked at.
    if (known.generation != generation_) return;
    const auto& [least, most] = known.bounds;
    undecided.hold &= most.hold & ~least.hold & ~known.marked.hold;
    undecided.fail &= most.fail & ~least.fail & ~known.marked.fail;
    if (undecided.hold == 0 && undecided.fail == 0) return;
    known.marked = {known.marked.hold | undecided.hold, known.marked.fail | undecided.fail};
    const Node& node = graph_[id];
    switch (node.op) {
        case Node::Op::False:
        case Node::Op::True:
            break;
        case Node::Op::Leaf:
            relevant[question_of_.at(node.leaf)] = true;
            break;
        case Node::Op::Not:
            mark(graph_.children(node).front(), kind, {undecided.fail, undecided.hold}, relevant);
            break;
        case Node::Op::And:
        case Node::Op::Or:
            for (const NodeId child : graph_.children(node)) mark(child, kind, undecided, relevant);
            break;
    }
}

}  // namespace bewit::match
