// Many tests of one text in one pass: the alternatives of an Or that ask the same field.
#pragma once

#include "engine/match/graph.h"
#include "engine/match/leaf.h"

namespace bewit::match {

// `root` with the string tests of one field that stand side by side in an Or, or negated in an And, made one leaf.
// Means the same. Adds to both tables; `memo` remembers between calls.
NodeId fused(LeafTable& leaves, Graph& graph, NodeId root, Graph::Memo& memo);

}  // namespace bewit::match
