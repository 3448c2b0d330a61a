#include "engine/match/kinds.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string_view>
#include <vector>

#include "engine/match/kind_facts.h"

namespace bewit::match {
namespace {

using event::KindSet;
using filter::Check;
using filter::Expression;
using filter::Operator;

const KindSet& all_kinds() {
    static const KindSet all = [] {
        KindSet every;
        for (size_t i = 0; i < event::kind_count(); ++i) every.set(i);
        return every;
    }();
    return all;
}

std::string_view left_name(const Check& check) {
    const auto* field = std::get_if<filter::FieldName>(&check.left->value);
    return field != nullptr && !field->has_argument ? std::string_view(field->name) : std::string_view();
}

KindSet named_kinds(const Check& check) {
    KindSet kinds;
    for (const filter::OperandPtr& operand : check.right) {
        const auto* literal = std::get_if<filter::Literal>(&operand->value);
        if (literal == nullptr) return all_kinds();
        if (const std::optional<event::Kind> kind = event::find_kind(literal->value)) kinds.set(event::index(*kind));
    }
    return kinds;
}

KindSet kinds_of_type_check(const Check& check, bool negated) {
    if (check.modifier != filter::Modifier::None) return all_kinds();
    switch (check.op) {
        case Operator::Equal:
        case Operator::In:
            return negated ? all_kinds() & ~named_kinds(check) : named_kinds(check);
        case Operator::NotEqual:
            return negated ? named_kinds(check) : all_kinds() & ~named_kinds(check);
        default:
            return all_kinds();
    }
}

// `evt.num` starts at 1: what no number satisfies leaves no kind.
bool never_holds(const Check& check) {
    const bool plain = check.modifier == filter::Modifier::None && !check.right.empty();
    return plain && std::ranges::all_of(check.right, [&](const filter::OperandPtr& operand) {
               const auto* literal = std::get_if<filter::Literal>(&operand->value);
               if (literal == nullptr) return false;
               return (literal->value == "0" && (check.op == Operator::Equal || check.op == Operator::In ||
                                                 check.op == Operator::Less || check.op == Operator::LessEqual)) ||
                      (literal->value == "1" && check.op == Operator::Less);
           });
}

KindSet kinds_of_check(const Check& check, bool negated) {
    const std::string_view name = left_name(check);
    if (name == "evt.type" || name == "syscall.type") return kinds_of_type_check(check, negated);
    if (name == "evt.num" && !negated && never_holds(check)) return {};
    return all_kinds();
}

KindSet kinds_of(const Expression& expression, bool negated);

KindSet kinds_of_all(const std::vector<filter::ExpressionPtr>& children, bool intersect, bool negated) {
    KindSet kinds = intersect ? all_kinds() : KindSet();
    for (const filter::ExpressionPtr& child : children) {
        const KindSet of_child = kinds_of(*child, negated);
        kinds = intersect ? kinds & of_child : kinds | of_child;
    }
    return kinds;
}

KindSet kinds_of(const Expression& expression, bool negated) {
    if (const auto* conjunction = std::get_if<filter::And>(&expression.value)) {
        return kinds_of_all(conjunction->children, !negated, negated);
    }
    if (const auto* disjunction = std::get_if<filter::Or>(&expression.value)) {
        return kinds_of_all(disjunction->children, negated, negated);
    }
    if (const auto* negation = std::get_if<filter::Not>(&expression.value)) return kinds_of(*negation->child, !negated);
    if (const auto* check = std::get_if<Check>(&expression.value)) return kinds_of_check(*check, negated);
    return all_kinds();
}

}  // namespace

KindSet kinds_of(const Expression& expression) { return kinds_of(expression, false); }

size_t event_type_count(const KindSet& kinds) {
    // By kind: the first kind of the same event type.
    static const std::vector<size_t> models = [] {
        std::vector<size_t> first_ones;
        std::map<event::EventId, size_t> first_of;
        for (size_t i = 0; i < event::kind_count(); ++i) {
            first_ones.push_back(first_of.try_emplace(info_of(static_cast<event::Kind>(i)).id, i).first->second);
        }
        return first_ones;
    }();
    KindSet types;
    for (size_t i = 0; i < models.size(); ++i) {
        if (kinds.test(i)) types.set(models[i]);
    }
    return types.count();
}

}  // namespace bewit::match
