#include "engine/match/leaf.h"

#include <algorithm>

namespace bewit::match {
namespace {

using field::Value;
using filter::Modifier;
using filter::Operator;

// `holds(i)` for each of `count` right sides, as the modifier counts them.
template <class Holds>
bool combine(Modifier modifier, size_t count, Holds&& holds) {
    switch (modifier) {
        case Modifier::None:
            return holds(0);
        case Modifier::AnyOf:
            for (size_t i = 0; i < count; ++i) {
                if (holds(i)) return true;
            }
            return false;
        case Modifier::AllOf:
            for (size_t i = 0; i < count; ++i) {
                if (!holds(i)) return false;
            }
            return count != 0;
        case Modifier::OneOf:
            break;
    }
    size_t found = 0;
    for (size_t i = 0; i < count && found < 2; ++i) found += holds(i) ? 1 : 0;
    return found == 1;
}

// `value` as the values that it is of.
std::span<const Value> values_of(const Value& value) {
    return value.form == Value::Form::List ? value.list : std::span<const Value>(&value, 1);
}

}  // namespace

bool Leaf::holds_for_one(const Value& value, field::Scratch& scratch) const {
    return combine(modifier, comparisons.size(), [&](size_t i) { return comparisons[i]->holds(value, scratch); });
}

bool Leaf::holds(const Value& left, field::Scratch& scratch) const {
    if (op == Operator::Exists) return true;
    if (left.form != Value::Form::List) return holds_for_one(left, scratch);
    const auto satisfies = [&](const Value& value) { return holds_for_one(value, scratch); };
    if (plurality == Plurality::List && op == Operator::In) return std::ranges::all_of(left.list, satisfies);
    if (plurality != Plurality::Either) return std::ranges::any_of(left.list, satisfies);
    if (left.list.empty()) return false;
    return combine(modifier, comparisons.size(), [&](size_t i) {
        const auto end_satisfies = [&](const Value& end) { return comparisons[i]->holds(end, scratch); };
        return op == Operator::NotEqual ? std::ranges::all_of(left.list, end_satisfies)
                                        : std::ranges::any_of(left.list, end_satisfies);
    });
}

bool Leaf::holds_against(const Value& left, const Value& right_value) const {
    if (plurality != Plurality::List) return compare_values(op, type, left, right_value);
    const auto is_member = [&](const Value& value) {
        return std::ranges::any_of(values_of(right_value), [&](const Value& member) {
            return compare_values(Operator::Equal, type, value, member);
        });
    };
    return op == Operator::In ? std::ranges::all_of(values_of(left), is_member)
                              : std::ranges::any_of(values_of(left), is_member);
}

ExpressionId LeafTable::add(field::Expression expression) {
    const auto [place, is_new] =
        expression_ids_.try_emplace(expression.text(), static_cast<ExpressionId>(expressions_.size()));
    if (is_new) expressions_.push_back(std::move(expression));
    return place->second;
}

std::optional<LeafId> LeafTable::find(const std::string& key) const {
    const auto found = leaf_ids_.find(key);
    if (found == leaf_ids_.end()) return std::nullopt;
    return found->second;
}

LeafId LeafTable::add(std::string key, Leaf leaf) {
    const auto id = static_cast<LeafId>(leaves_.size());
    leaf_ids_.emplace(std::move(key), id);
    leaves_.push_back(std::move(leaf));
    return id;
}

}  // namespace bewit::match
