#include "engine/match/evaluator.h"

#include <atomic>

#include "engine/field/call_effect.h"

namespace bewit::match {
namespace {

using field::Presence;
using field::Value;

// A process's cache: word 0 is the evaluator that it belongs to; then two bits a slot, "known" and "true".
constexpr uint32_t slots_per_word = 32;
constexpr uint64_t known_bit = 1;
constexpr uint64_t true_bit = 2;

size_t words_for(uint32_t slots) {
    return 1 + (slots + slots_per_word - 1) / slots_per_word;
}

uint64_t next_owner() {
    static std::atomic<uint64_t> last{0};
    return ++last;
}

// Facts that answers kept with a process may rest on (engine/state/process.h).
constexpr uint32_t keyed_facts = ~uint32_t{event::WorkingDirectory | event::ResourceFacts};

}  // namespace

Evaluator::Evaluator(const LeafTable& leaves, const Graph& graph, uint32_t process_slots)
    : leaves_(leaves),
      graph_(graph),
      process_slots_(process_slots),
      owner_(next_owner()),
      answers_(graph.size()),
      sides_(leaves.expressions().size()) {}

void Evaluator::begin(field::Context& context) {
    context_ = &context;
    process_is_known_ = false;
    process_is_settled_ = !context.at_entry || (field::effect_of(context.event.kind()).facts & keyed_facts) == 0;
    if (++generation_ != 0) return;
    // After 2^32 events old answers would look new.
    answers_.assign(answers_.size(), {});
    sides_.assign(sides_.size(), {});
    generation_ = 1;
}

uint64_t* Evaluator::process_word(uint32_t slot) {
    if (!process_is_settled_) return nullptr;
    if (!process_is_known_) {
        process_is_known_ = true;
        process_bits_ = nullptr;
        state::State& state = context_->state;
        if (state::Process* process = state.thread(context_->event.tid())) {
            const uint64_t key = state.image_key(*process);
            state::LeafCache& cache = process->leaves;
            if (cache.key != key || cache.bits.empty() || cache.bits.front() != owner_) {
                cache.key = key;
                cache.bits.assign(words_for(process_slots_), 0);
                cache.bits.front() = owner_;
            }
            process_bits_ = cache.bits.data() + 1;
        }
    }
    return process_bits_ == nullptr ? nullptr : process_bits_ + slot / slots_per_word;
}

const Evaluator::Side& Evaluator::side(ExpressionId expression) {
    Side& side = sides_[expression];
    if (side.generation != generation_) {
        side.generation = generation_;
        side.value = Value();
        side.presence = leaves_.expressions()[expression].evaluate(*context_, side.value);
    }
    return side;
}

Truth Evaluator::compute_leaf(const Leaf& leaf) {
    const Side& left = side(leaf.left);
    if (left.presence == Presence::Absent) return Truth::False;
    const bool left_has_value = left.presence == Presence::Present || left.value.form != Value::Form::None;
    Truth upper = left.presence == Presence::Present ? Truth::True : Truth::Unknown;
    if (!leaf.right) {
        if (!left_has_value) return Truth::Unknown;
        return leaf.holds(left.value, context_->scratch) ? upper : Truth::False;
    }
    const Side& right = side(*leaf.right);
    if (right.presence == Presence::Absent) return Truth::False;
    if (right.presence == Presence::Unknown) upper = Truth::Unknown;
    if (!left_has_value || (right.presence == Presence::Unknown && right.value.form == Value::Form::None)) {
        return Truth::Unknown;
    }
    return leaf.holds_against(left.value, right.value) ? upper : Truth::False;
}

Truth Evaluator::compute(const Node& node) {
    switch (node.op) {
        case Node::Op::False:
            return Truth::False;
        case Node::Op::True:
            return Truth::True;
        case Node::Op::Leaf:
            return compute_leaf(leaves_.leaves()[node.leaf]);
        case Node::Op::Not:
            return negate(evaluate(graph_.children(node).front()));
        case Node::Op::And:
        case Node::Op::Or:
            break;
    }
    const Truth deciding = truth_of(node.op == Node::Op::Or);
    Truth result = negate(deciding);
    for (const NodeId child : graph_.children(node)) {
        const Truth truth = evaluate(child);
        if (truth == deciding) return deciding;
        if (truth == Truth::Unknown) result = Truth::Unknown;
    }
    return result;
}

Truth Evaluator::evaluate(NodeId id) {
    const Node& node = graph_[id];
    if (node.slot != 0) {
        if (uint64_t* word = process_word(node.slot)) {
            const unsigned shift = 2 * (node.slot % slots_per_word);
            const uint64_t bits = *word >> shift;
            if ((bits & known_bit) != 0) return truth_of((bits & true_bit) != 0);
            const Truth truth = compute(node);
            // Before a call something else than the process may be unknown: that is no answer to keep.
            if (truth != Truth::Unknown) *word |= (known_bit | (truth == Truth::True ? true_bit : 0)) << shift;
            return truth;
        }
    }
    if (!node.shared) return compute(node);
    Answer& answer = answers_[id];
    if (answer.generation != generation_) {
        const Truth truth = compute(node);
        answer = {generation_, truth};
    }
    return answer.truth;
}

}  // namespace bewit::match
