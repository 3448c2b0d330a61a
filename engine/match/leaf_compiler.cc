// Checks that mean the same become the same leaf: `in` with one member is `=`, `intersects` of a single value is `in`,
// `= anyof` is `in`, a modifier over one literal says nothing, and the members of a set have no order.
#include "engine/match/leaf_compiler.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/field/nearest_name.h"
#include "engine/match/text_alternatives.h"
#include "engine/match/value_class.h"
#include "engine/match/value_warnings.h"

namespace bewit::match {
namespace {

using filter::Check;
using filter::Literal;
using filter::Modifier;
using filter::Operand;
using filter::Operator;

bool takes_list(Operator op) { return op == Operator::In || op == Operator::Intersects || op == Operator::PMatch; }

bool names_event_type(const field::Expression& left) {
    const field::Field* field = left.plain_field();
    return field != nullptr && (field->definition->name == "evt.type" || field->definition->name == "syscall.type");
}

// The field gives an address, and the rule names hosts.
bool names_hosts(const field::Expression& left) {
    const field::Field* field = left.plain_field();
    if (field == nullptr) return false;
    const std::string_view name = field->definition->name;
    return std::ranges::any_of(
        std::array<std::string_view, 4>{"fd.cip.name", "fd.sip.name", "fd.lip.name", "fd.rip.name"},
        [&](std::string_view one) { return name == one; });
}

// `evt.around[T] = D`: the event is at most D milliseconds from T. The field gives nanoseconds.
bool is_around(const field::Expression& left) {
    const field::Field* field = left.plain_field();
    return field != nullptr && field->definition->name == "evt.around";
}

Plurality plurality_of(const field::Expression& left) {
    if (left.is_list()) return Plurality::List;
    const field::Field* field = left.plain_field();
    return field != nullptr && field->definition->has(field::EitherEndpoint) ? Plurality::Either : Plurality::Any;
}

std::string unknown_event_type(std::string_view name) {
    field::NearestName nearest(name);
    for (size_t i = 0; i < event::kind_count(); ++i) nearest.consider(event::kind_name(static_cast<event::Kind>(i)));
    const auto best = nearest.best();
    return fmt::format("unknown event type {}{}", name,
                       best ? fmt::format("; did you mean `{}`?", *best) : "; `bewit events` lists those that exist");
}

// The simplest operator and modifier that mean the same.
void simplify(Leaf& leaf) {
    if (leaf.modifier != Modifier::None && leaf.literals.size() == 1) leaf.modifier = Modifier::None;
    if (leaf.modifier == Modifier::AnyOf && leaf.op == Operator::Equal) {
        leaf.op = Operator::In;
        leaf.modifier = Modifier::None;
    }
    if (leaf.plurality == Plurality::List) return;
    if (leaf.op == Operator::Intersects) leaf.op = Operator::In;
    if (leaf.op == Operator::In && leaf.modifier == Modifier::None && leaf.literals.size() == 1)
        leaf.op = Operator::Equal;
}

std::string key_of_literals(const Leaf& leaf) {
    std::vector<std::string_view> members(leaf.literals.begin(), leaf.literals.end());
    if (leaf.modifier != Modifier::OneOf) {
        std::ranges::sort(members);
        members.erase(std::unique(members.begin(), members.end()), members.end());
    }
    std::string key;
    for (const std::string_view member : members) key += fmt::format("{}:{}", member.size(), member);
    return key;
}

Parsed<std::vector<ComparisonPtr>> comparisons_of(const Leaf& leaf) {
    std::vector<std::vector<std::string>> right_sides;
    if (leaf.modifier == Modifier::None) {
        right_sides.push_back(leaf.literals);
    } else {
        for (const std::string& literal : leaf.literals) right_sides.push_back({literal});
    }
    std::vector<ComparisonPtr> comparisons;
    for (const std::vector<std::string>& right : right_sides) {
        Parsed<ComparisonPtr> made = make_comparison(leaf.op, leaf.type, right);
        if (!made) return tl::unexpected(made.error());
        comparisons.push_back(std::move(*made));
    }
    return comparisons;
}

Parsed<std::vector<ComparisonPtr>> single(Parsed<ComparisonPtr> comparison) {
    if (!comparison) return tl::unexpected(comparison.error());
    std::vector<ComparisonPtr> comparisons;
    comparisons.push_back(std::move(*comparison));
    return comparisons;
}

Parsed<std::vector<ComparisonPtr>> host_comparison(const Leaf& leaf, NameResolver* names) {
    for (const std::string& literal : leaf.literals) {
        if (const auto good = check_literal(literal, leaf.type); !good) return tl::unexpected(good.error());
    }
    return single(make_name_comparison(leaf.op, leaf.literals, names));
}

Parsed<std::vector<ComparisonPtr>> around_comparison(const Leaf& leaf) {
    const Parsed<uint64_t> milliseconds = parse_integer(leaf.literals.front(), leaf.type);
    if (!milliseconds) return tl::unexpected(milliseconds.error());
    uint64_t nanoseconds = 0;
    if (__builtin_mul_overflow(*milliseconds, uint64_t{1000000}, &nanoseconds)) nanoseconds = UINT64_MAX;
    return single(make_number_comparison(Operator::LessEqual, leaf.type, {std::to_string(nanoseconds)}));
}

// Of one text, asking for any one of the literals.
bool can_be_alternative(const Leaf& leaf) {
    return class_of(leaf.type) == ValueClass::Text && leaf.plurality == Plurality::Any &&
           is_text_alternative(leaf.op) && (leaf.modifier == Modifier::None || leaf.modifier == Modifier::AnyOf);
}

// Why the operator cannot be asked of the left side.
std::optional<std::string> refused(const Check& check, const field::Expression& left) {
    if (check.op == Operator::Exists) return std::nullopt;
    const bool plain = check.modifier == Modifier::None;
    if (names_hosts(left)) {
        const bool known = check.op == Operator::Equal || check.op == Operator::NotEqual || check.op == Operator::In;
        if (known && plain) return std::nullopt;
        return fmt::format("filter error: '{}' operator not supported for host name filters", filter::text(check.op));
    }
    if (is_around(left)) {
        if (check.op == Operator::Equal && plain) return std::nullopt;
        return fmt::format("filter error: '{}' operator not supported for evt.around", filter::text(check.op));
    }
    return unsupported(check.op, check.modifier, left.type(), left.is_list());
}

void take_scope(Leaf& leaf, const field::Expression& expression) {
    std::vector<const field::Field*> fields;
    expression.collect(fields);
    for (const field::Field* field : fields) {
        const field::Scope scope = field->definition->scope;
        leaf.facts |= field->definition->facts;
        leaf.of_process = leaf.of_process && (scope == field::Scope::Process || scope == field::Scope::Constant);
    }
}

const Operand& without_val(const Operand& operand) {
    const auto* call = std::get_if<filter::TransformerCall>(&operand.value);
    const bool is_val = call != nullptr && call->transformer == filter::Transformer::Val && !call->has_argument;
    return is_val && call->arguments.size() == 1 ? *call->arguments.front() : operand;
}

std::string name_of(const field::Expression& expression) {
    const field::Field* field = expression.plain_field();
    return field != nullptr ? std::string(field->definition->name) : expression.text();
}

bool allowed_beside_fields(const field::Expression& expression) {
    const field::Field* field = expression.plain_field();
    return field == nullptr || !field->definition->has(field::NoRightSide);
}

// Why one field cannot be compared with the other, in Falco's words.
std::optional<std::string> incomparable(Operator op, const field::Expression& left, const field::Expression& right) {
    if (op == Operator::PMatch || op == Operator::Regex) {
        return fmt::format("operator '{}' doesn't support right-hand side fields", filter::text(op));
    }
    if (class_of(left.type()) == ValueClass::Network)
        return "field type 'IPNET' doesn't support right-hand side fields";
    if (!allowed_beside_fields(left))
        return fmt::format("field '{}' doesn't support right-hand side fields", name_of(left));
    if (!allowed_beside_fields(right)) {
        return fmt::format("field '{}' can't be used as a right-hand side field", name_of(right));
    }
    if (left.type() == right.type() && left.is_list() == right.is_list()) return std::nullopt;
    const auto described = [](const field::Expression& side) {
        return fmt::format("{}{}", event::type_name(side.type()), side.is_list() ? " (list)" : "");
    };
    return fmt::format("field '{}' has type '{}' while the right-hand side field '{}' has incompatible type '{}'",
                       name_of(left), described(left), name_of(right), described(right));
}

std::string key_of(const Leaf& leaf, const field::Expression& left, std::string_view right) {
    return fmt::format("{}\x1f{}\x1f{}\x1f{}", left.text(), static_cast<int>(leaf.op), static_cast<int>(leaf.modifier),
                       right);
}

}  // namespace

Compiled<std::vector<std::string>> LeafCompiler::literals_of(const Check& check, const field::Expression& left) {
    const bool names_types = names_event_type(left);
    std::vector<std::string> literals;
    for (const filter::OperandPtr& operand : check.right) {
        const auto* literal = std::get_if<Literal>(&operand->value);
        if (literal == nullptr) {
            return tl::unexpected(
                CompileError{operand->location,
                             fmt::format("can't compare field '{}' with several right-hand side fields", left.text())});
        }
        if (names_types && !event::find_kind(literal->value)) {
            return tl::unexpected(CompileError{operand->location, unknown_event_type(literal->value)});
        }
        std::optional<std::string> warning;
        if (wants_warnings()) warning = value_warning(check.op, literal->value);
        if (warning) warnings_.push_back({operand->location, rule::Code::CompileCondition, std::move(*warning)});
        literals.push_back(literal->value);
    }
    return literals;
}

Compiled<LeafId> LeafCompiler::compile(const Check& check) {
    tl::expected<field::Expression, field::ExpressionError> left = field::Expression::compile(*check.left);
    if (!left) return tl::unexpected(CompileError{left.error().location, left.error().message});
    warn_of_deprecated(check, *left);
    if (std::optional<std::string> refusal = refused(check, *left)) {
        return tl::unexpected(CompileError{check.op_location, std::move(*refusal)});
    }
    if (check.op == Operator::Exists) return against_nothing(check, std::move(*left));
    const bool is_field = check.right.size() == 1 && !std::holds_alternative<Literal>(check.right.front()->value);
    return is_field ? against_expression(check, std::move(*left)) : against_literals(check, std::move(*left));
}

Compiled<LeafId> LeafCompiler::against_nothing(const Check& check, field::Expression left) {
    Leaf leaf;
    leaf.op = check.op;
    leaf.type = left.type();
    leaf.plurality = plurality_of(left);
    std::string key = key_of(leaf, left, "");
    return add(std::move(key), std::move(leaf), std::move(left));
}

Compiled<LeafId> LeafCompiler::against_literals(const Check& check, field::Expression left) {
    Compiled<std::vector<std::string>> literals = literals_of(check, left);
    if (!literals) return tl::unexpected(literals.error());
    if (literals->empty() && !takes_list(check.op) && check.modifier == Modifier::None) {
        return tl::unexpected(
            CompileError{check.op_location, fmt::format("'{}' has nothing to compare with", left.text())});
    }
    Leaf leaf;
    leaf.op = check.op;
    leaf.modifier = check.modifier;
    leaf.type = left.type();
    leaf.plurality = plurality_of(left);
    leaf.literals = std::move(*literals);
    simplify(leaf);
    std::string key = key_of(leaf, left, fmt::format("literals {}", key_of_literals(leaf)));
    if (const std::optional<LeafId> known = leaves_.find(key)) return *known;

    Parsed<std::vector<ComparisonPtr>> comparisons = names_hosts(left) ? host_comparison(leaf, names_)
                                                     : is_around(left) ? around_comparison(leaf)
                                                                       : comparisons_of(leaf);
    if (!comparisons) {
        const filter::Location place = check.right.empty() ? check.op_location : check.right.front()->location;
        return tl::unexpected(CompileError{place, comparisons.error()});
    }
    leaf.comparisons = std::move(*comparisons);
    for (const ComparisonPtr& comparison : leaf.comparisons) {
        if (!leaves_.count_regex(comparison->regex_size())) {
            return tl::unexpected(
                CompileError{check.op_location, "the regular expressions of all rules together are too large"});
        }
    }
    leaf.fusible = can_be_alternative(leaf) && !names_hosts(left);
    return add(std::move(key), std::move(leaf), std::move(left));
}

Compiled<LeafId> LeafCompiler::against_expression(const Check& check, field::Expression left) {
    const Operand& operand = without_val(*check.right.front());
    tl::expected<field::Expression, field::ExpressionError> right = field::Expression::compile(operand);
    if (!right) return tl::unexpected(CompileError{right.error().location, right.error().message});
    warn_of_deprecated(check, *right);
    if (std::optional<std::string> refusal = incomparable(check.op, left, *right)) {
        return tl::unexpected(CompileError{operand.location, std::move(*refusal)});
    }
    Leaf leaf;
    leaf.op = check.op;
    leaf.type = left.type();
    leaf.plurality = plurality_of(left);
    std::string key = key_of(leaf, left, fmt::format("field {}", right->text()));
    take_scope(leaf, *right);
    leaf.right = leaves_.add(std::move(*right));
    return add(std::move(key), std::move(leaf), std::move(left));
}

LeafId LeafCompiler::add(std::string key, Leaf leaf, field::Expression left) {
    if (const std::optional<LeafId> known = leaves_.find(key)) return *known;
    take_scope(leaf, left);
    leaf.left = leaves_.add(std::move(left));
    return leaves_.add(std::move(key), std::move(leaf));
}

void LeafCompiler::warn_of_deprecated(const Check& check, const field::Expression& side) {
    if (!wants_warnings()) return;
    std::vector<const field::Field*> fields;
    side.collect(fields);
    for (const field::Field* field : fields) {
        if (!field->definition->has(field::Deprecated)) continue;
        warnings_.push_back(
            {check.left->location, rule::Code::DeprecatedItem,
             fmt::format("field '{}' is deprecated: it says nothing any more", field->definition->name)});
    }
}

}  // namespace bewit::match
