// Evaluates nodes of the graph on one event after the other.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/field/extract.h"
#include "engine/match/graph.h"
#include "engine/match/leaf.h"

namespace bewit::match {

// An expression's value, a leaf and a node that several rules share are each computed once per event; what rests on the
// process alone, once per image of the process (state::LeafCache). Not thread-safe. Allocates only when it first sees a
// process.
class Evaluator {
public:
    // `leaves` must outlive it, unchanged. `process_slots` is what Graph::finish() returned.
    Evaluator(const LeafTable& leaves, const Graph& graph, uint32_t process_slots);

    // Forgets the last event. Call before the first evaluate() on an event.
    void begin(field::Context& context);
    Truth evaluate(NodeId node);

private:
    // A node as it is evaluated. Its operands are edges: a step's number doubled, and 1 added where the answer is
    // turned round, so that Not needs no step of its own.
    using Edge = uint32_t;
    struct Step {
        Node::Op op = Node::Op::False;
        bool shared = false;
        uint32_t slot = 0;   // Node::slot
        uint32_t first = 0;  // And, Or: position in edges_; Leaf: the leaf
        uint32_t count = 0;
    };
    // An answer and the event that it is for.
    struct Answer {
        uint32_t generation = 0;
        Truth truth = Truth::False;
    };
    struct Side {
        uint32_t generation = 0;
        field::Presence presence = field::Presence::Absent;
        field::Value value;
    };
    // The usual leaf: one value against one comparison.
    struct PlainLeaf {
        ExpressionId left = 0;
        const Comparison* comparison = nullptr;  // null: not that usual
    };

    Truth follow(Edge edge);
    Truth compute(const Step& step);
    Truth compute_leaf(LeafId id);
    Truth compute_unusual(const Leaf& leaf);
    Truth compute_one_of(const Leaf& leaf, std::span<const field::Value> values);
    const Side& side(ExpressionId expression);
    // Null where nothing may be kept: no process, or a call that is about to change it.
    uint64_t* process_word(uint32_t slot);

    const LeafTable& leaves_;
    uint32_t process_slots_;
    uint64_t owner_;  // tells the evaluators that share a process's cache apart

    std::vector<Step> steps_;  // by node
    std::vector<Edge> edges_;
    std::vector<Edge> edge_to_;     // by node
    std::vector<PlainLeaf> plain_;  // by leaf
    std::vector<Answer> answers_;   // by node
    std::vector<Side> sides_;       // by expression
    uint32_t generation_ = 0;
    field::Context* context_ = nullptr;
    bool process_is_known_ = false;   // `process_bits_` was looked for during this event
    bool process_is_settled_ = true;  // the call does not change the process, or has done so
    uint64_t* process_bits_ = nullptr;
};

}  // namespace bewit::match
