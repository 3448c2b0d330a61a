// `evt.num` counts events from 1, so what rules use as "never" (`evt.num = 0`) and its opposites are constants.
#include "engine/match/condition_compiler.h"

#include <fmt/format.h>

#include "engine/match/kind_facts.h"

namespace bewit::match {
namespace {

constexpr auto too_large = "the conditions of all rules together are too large";

}  // namespace

Compiled<NodeId> ConditionCompiler::compile_check(const filter::Check& check) {
    if (leaves_.is_full()) return tl::unexpected(CompileError{check.left->location, too_large});
    const Compiled<LeafId> leaf = leaf_compiler_.compile(check);
    if (!leaf) return tl::unexpected(leaf.error());
    const Leaf& compiled = leaves_.leaves()[*leaf];
    if (const std::optional<bool> constant = constant_for_all(compiled, leaves_.left_of(compiled))) {
        return *constant ? Graph::yes : Graph::no;
    }
    return graph_.leaf(*leaf, compiled.of_process);
}

Compiled<bool> ConditionCompiler::append_operands(const filter::Or& any, unsigned depth, std::vector<NodeId>& nodes) {
    for (const filter::ExpressionPtr& child : any.children) {
        if (const auto* inner = std::get_if<filter::Or>(&child->value);
            inner != nullptr && depth < max_condition_depth) {
            if (auto done = append_operands(*inner, depth + 1, nodes); !done) return done;
            continue;
        }
        const Compiled<NodeId> node = compile(*child, depth);
        if (!node) return tl::unexpected(node.error());
        nodes.push_back(*node);
    }
    return true;
}

Compiled<NodeId> ConditionCompiler::compile_or(const filter::Expression& expression, unsigned depth) {
    std::vector<NodeId> nodes;
    const auto done = append_operands(std::get<filter::Or>(expression.value), depth + 1, nodes);
    if (!done) return tl::unexpected(done.error());
    return graph_.disjunction(nodes);
}

Compiled<NodeId> ConditionCompiler::compile_and(const filter::Expression& expression, unsigned depth) {
    std::vector<NodeId> nodes;
    for (const filter::ExpressionPtr& child : std::get<filter::And>(expression.value).children) {
        Compiled<NodeId> node = compile(*child, depth + 1);
        if (!node) return node;
        nodes.push_back(*node);
    }
    return graph_.conjunction(nodes);
}

Compiled<NodeId> ConditionCompiler::compile(const filter::Expression& expression, unsigned depth) {
    if (depth > max_condition_depth) {
        return tl::unexpected(
            CompileError{expression.location, fmt::format("exceeded max depth limit of {}", max_condition_depth)});
    }
    if (const auto* check = std::get_if<filter::Check>(&expression.value)) return compile_check(*check);
    if (const auto* identifier = std::get_if<filter::Identifier>(&expression.value)) {
        return tl::unexpected(CompileError{expression.location,
                                           fmt::format("filter error: unexpected identifier '{}'", identifier->name)});
    }
    if (const auto* negated = std::get_if<filter::Not>(&expression.value)) {
        return compile(*negated->child, depth + 1).map([&](NodeId child) { return graph_.negation(child); });
    }
    Compiled<NodeId> node = std::holds_alternative<filter::And>(expression.value) ? compile_and(expression, depth)
                                                                                  : compile_or(expression, depth);
    if (!node || graph_.links() < Graph::most_links / 2) return node;
    return tl::unexpected(CompileError{expression.location, too_large});
}

}  // namespace bewit::match
