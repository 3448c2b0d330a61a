// Evaluates nodes of the graph on one event after the other.
#pragma once

#include <cstdint>
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
    // Both must outlive it, unchanged. `process_slots` is what Graph::finish() returned.
    Evaluator(const LeafTable& leaves, const Graph& graph, uint32_t process_slots);

    // Forgets the last event. Call before the first evaluate() on an event.
    void begin(field::Context& context);
    Truth evaluate(NodeId node);

private:
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

    Truth compute(const Node& node);
    Truth compute_leaf(const Leaf& leaf);
    const Side& side(ExpressionId expression);
    // Null where nothing may be kept: no process, or a call that is about to change it.
    uint64_t* process_word(uint32_t slot);

    const LeafTable& leaves_;
    const Graph& graph_;
    uint32_t process_slots_;
    uint64_t owner_;  // tells the evaluators that share a process's cache apart

    std::vector<Answer> answers_;  // by node
    std::vector<Side> sides_;      // by expression
    uint32_t generation_ = 0;
    field::Context* context_ = nullptr;
    bool process_is_known_ = false;   // `process_bits_` was looked for during this event
    bool process_is_settled_ = true;  // the call does not change the process, or has done so
    uint64_t* process_bits_ = nullptr;
};

}  // namespace bewit::match
