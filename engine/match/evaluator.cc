#include "engine/match/evaluator.h"

#include <algorithm>
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

size_t words_for(uint32_t slots) { return 1 + (slots + slots_per_word - 1) / slots_per_word; }

uint64_t next_owner() {
    static std::atomic<uint64_t> last{0};
    return ++last;
}

// Facts that answers kept with a process may rest on (engine/state/process.h).
constexpr uint32_t keyed_facts = ~uint32_t{event::WorkingDirectory | event::ResourceFacts};

}  // namespace

Evaluator::Evaluator(const LeafTable& leaves, const Graph& graph, uint32_t process_slots)
    : leaves_(leaves),
      process_slots_(process_slots),
      owner_(next_owner()),
      steps_(graph.size()),
      answers_(graph.size()),
      sides_(leaves.expressions().size()) {
    // Children come before their parents.
    for (NodeId id = 0; id < graph.size(); ++id) {
        const Node& node = graph[id];
        const bool negated = node.op == Node::Op::Not;
        edge_to_.push_back(2 * (negated ? graph.children(node).front() : id) + (negated ? 1 : 0));
        Step& step = steps_[id];
        step = {node.op, node.shared, node.slot, node.leaf, 0};
        if (node.op != Node::Op::And && node.op != Node::Op::Or) continue;
        step.first = static_cast<uint32_t>(edges_.size());
        step.count = node.count;
        for (const NodeId child : graph.children(node)) edges_.push_back(edge_to_[child]);
    }
    for (const Leaf& leaf : leaves.leaves()) {
        const bool usual = !leaf.right && leaf.modifier == filter::Modifier::None && leaf.comparisons.size() == 1;
        plain_.push_back({leaf.left, usual ? leaf.comparisons.front().get() : nullptr});
    }
}

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

Truth Evaluator::compute_leaf(LeafId id) {
    const PlainLeaf& plain = plain_[id];
    if (plain.comparison == nullptr) return compute_unusual(leaves_.leaves()[id]);
    const Side& left = side(plain.left);
    if (left.presence == Presence::Absent) return Truth::False;
    if (left.presence != Presence::Present || left.value.form == Value::Form::List) {
        return compute_unusual(leaves_.leaves()[id]);
    }
    return truth_of(plain.comparison->holds(left.value, context_->scratch));
}

Truth Evaluator::compute_unusual(const Leaf& leaf) {
    const Side& left = side(leaf.left);
    if (left.presence == Presence::Absent) return Truth::False;
    if (left.presence == Presence::OneOf) return compute_one_of(leaf, left.value.list);
    const bool left_has_value = left.presence == Presence::Present || left.value.form != Value::Form::None;
    Truth upper = left.presence == Presence::Present ? Truth::True : Truth::Unknown;
    if (!leaf.right) {
        if (!left_has_value) return Truth::Unknown;
        return leaf.holds(left.value, context_->scratch) ? upper : Truth::False;
    }
    const Side& right = side(*leaf.right);
    if (right.presence == Presence::Absent) return Truth::False;
    if (right.presence == Presence::OneOf) return Truth::Unknown;
    if (right.presence == Presence::Unknown) upper = Truth::Unknown;
    const bool right_has_value = right.presence == Presence::Present || right.value.form != Value::Form::None;
    if (!left_has_value || !right_has_value) return Truth::Unknown;
    return leaf.holds_against(left.value, right.value) ? upper : Truth::False;
}

// Whichever of the values it will be.
Truth Evaluator::compute_one_of(const Leaf& leaf, std::span<const Value> values) {
    if (leaf.right) return Truth::Unknown;
    const auto holding =
        std::ranges::count_if(values, [&](const Value& value) { return leaf.holds(value, context_->scratch); });
    if (holding == 0) return Truth::False;
    return static_cast<size_t>(holding) == values.size() ? Truth::True : Truth::Unknown;
}

Truth Evaluator::compute(const Step& step) {
    if (step.op == Node::Op::Leaf) return compute_leaf(step.first);
    if (step.op == Node::Op::False) return Truth::False;
    if (step.op == Node::Op::True) return Truth::True;
    const Truth deciding = truth_of(step.op == Node::Op::Or);
    Truth result = negate(deciding);
    const Edge* const end = edges_.data() + step.first + step.count;
    for (const Edge* edge = edges_.data() + step.first; edge != end; ++edge) {
        const Truth truth = follow(*edge);
        if (truth == deciding) return deciding;
        if (truth == Truth::Unknown) result = Truth::Unknown;
    }
    return result;
}

Truth Evaluator::follow(Edge edge) {
    const NodeId id = edge / 2;
    const Step& step = steps_[id];
    Truth truth;
    if (step.shared && answers_[id].generation == generation_) {
        truth = answers_[id].truth;
    } else {
        uint64_t* const word = step.slot != 0 ? process_word(step.slot) : nullptr;
        const unsigned shift = 2 * (step.slot % slots_per_word);
        if (word != nullptr && (*word >> shift & known_bit) != 0) {
            truth = truth_of((*word >> shift & true_bit) != 0);
        } else {
            truth = compute(step);
            // Before a call something may be unknown: that is no answer to keep.
            if (word != nullptr && truth != Truth::Unknown) {
                *word |= (known_bit | (truth == Truth::True ? true_bit : 0)) << shift;
            }
        }
        if (step.shared) answers_[id] = {generation_, truth};
    }
    return edge % 2 == 0 ? truth : negate(truth);
}

Truth Evaluator::evaluate(NodeId node) { return follow(edge_to_[node]); }

}  // namespace bewit::match
