// `evt.num` counts events from 1, so what rules use as "never" (`evt.num = 0`) and its opposites are constants.
#include "engine/match/condition_compiler.h"

#include <fmt/format.h>

#include "engine/match/kind_facts.h"

namespace bewit::match {

Compiled<NodeId> ConditionCompiler::compile_check(const filter::Check& check) {
    const Compiled<LeafId> leaf = leaf_compiler_.compile(check);
    if (!leaf) return tl::unexpected(leaf.error());
    const Leaf& compiled = leaves_.leaves()[*leaf];
    if (const std::optional<bool> constant = constant_for_all(compiled, leaves_.left_of(compiled))) {
        return *constant ? Graph::yes : Graph::no;
    }
    return graph_.leaf(*leaf, compiled.of_process);
}

Compiled<std::vector<NodeId>> ConditionCompiler::compile_all(const std::vector<filter::ExpressionPtr>& expressions,
                                                             unsigned depth) {
    std::vector<NodeId> nodes;
    for (const filter::ExpressionPtr& expression : expressions) {
        const Compiled<NodeId> node = compile(*expression, depth);
        if (!node) return tl::unexpected(node.error());
        nodes.push_back(*node);
    }
    return nodes;
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
    if (const auto* conjunction = std::get_if<filter::And>(&expression.value)) {
        return compile_all(conjunction->children, depth + 1).map([&](const std::vector<NodeId>& children) {
            return graph_.conjunction(children);
        });
    }
    return compile_all(std::get<filter::Or>(expression.value).children, depth + 1)
        .map([&](const std::vector<NodeId>& children) { return graph_.disjunction(children); });
}

}  // namespace bewit::match
