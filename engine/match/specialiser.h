// Conditions for one kind of event: what the kind decides is folded away.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/event/catalogue.h"
#include "engine/match/graph.h"
#include "engine/match/kind_facts.h"

namespace bewit::match {

// Knows the nodes that the graph has when it is made. Kinds that decide the same are one piece of work, which takes
// time in proportion to the nodes about which they decide anything. Fields and tests beyond a great number are left
// alone, which means the same.
class Specialiser {
public:
    Specialiser(const LeafTable& leaves, Graph& graph);

    // All kinds; those that decide the same stand together.
    std::vector<event::Kind> kinds() const;
    // The kind that specialised() is about from now on.
    void begin(event::Kind kind);
    // A graph that is full (Graph::most_links) gets no more nodes: the condition stays whole, which means the same.
    NodeId specialised(NodeId root);

private:
    NodeId compute(NodeId id);
    NodeId combination(NodeId id, const Node& node);

    Graph& graph_;
    std::vector<uint32_t> position_of_;   // by leaf: where its answer stands among the decisions, or none
    std::vector<std::string> decisions_;  // by kind: a character for each leaf that kinds may decide
    const std::string* current_ = nullptr;
    std::vector<bool> varies_;        // by node: some kind may decide a leaf below
    std::vector<NodeId> answers_;     // by node: for the kind
    std::vector<uint32_t> answered_;  // by node: in which round
    uint32_t round_ = 0;
};

}  // namespace bewit::match
