// From a condition's tree, lists and macros resolved, to a node of the graph.
#pragma once

#include "engine/filter/ast.h"
#include "engine/match/graph.h"
#include "engine/match/leaf_compiler.h"

namespace bewit::match {

// Conditions nested deeper than this are refused: evaluating them recurses.
inline constexpr unsigned max_condition_depth = 2000;

class ConditionCompiler {
public:
    ConditionCompiler(LeafTable& leaves, Graph& graph, NameResolver* names, std::vector<CompileWarning>& warnings)
        : leaf_compiler_(leaves, names, warnings), leaves_(leaves), graph_(graph) {}

    // The first error ends it. Conditions that make the graph more than half full (Graph::most_links) are refused.
    Compiled<NodeId> compile(const filter::Expression& expression) { return compile(expression, 0); }

private:
    Compiled<NodeId> compile(const filter::Expression& expression, unsigned depth);
    Compiled<NodeId> compile_and(const filter::Expression& expression, unsigned depth);
    Compiled<NodeId> compile_or(const filter::Expression& expression, unsigned depth);
    // Appends what stands in an Or, and in an Or within it.
    Compiled<bool> append_operands(const filter::Or& any, unsigned depth, std::vector<NodeId>& nodes);
    Compiled<NodeId> compile_check(const filter::Check& check);

    LeafCompiler leaf_compiler_;
    LeafTable& leaves_;
    Graph& graph_;
};

}  // namespace bewit::match
