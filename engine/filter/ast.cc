#include "engine/filter/ast.h"

#include <algorithm>
#include <array>

namespace bewit::filter {
namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 19> operator_texts = {
    "exists",     "=",           "!=",       "<",    "<=",    ">",     ">=", "contains",   "icontains", "bcontains",
    "startswith", "bstartswith", "endswith", "glob", "iglob", "regex", "in", "intersects", "pmatch",
};
static_assert(operator_texts.size() == static_cast<size_t>(Operator::PMatch) + 1);

constexpr std::array<std::string_view, 4> modifier_texts = {"", "oneof", "anyof", "allof"};
static_assert(modifier_texts.size() == static_cast<size_t>(Modifier::AllOf) + 1);

constexpr std::array<std::string_view, 9> transformer_texts = {"tolower", "toupper", "b64",    "basename", "len",
                                                               "join",    "concat",  "getopt", "val"};
static_assert(transformer_texts.size() == static_cast<size_t>(Transformer::Val) + 1);

template <class Pointer>
std::vector<Pointer> clone_all(const std::vector<Pointer>& items) {
    std::vector<Pointer> copies;
    copies.reserve(items.size());
    for (const Pointer& item : items) copies.push_back(clone(*item));
    return copies;
}

FieldName copy(const FieldName& field) { return field; }
Literal copy(const Literal& literal) { return literal; }
TransformerCall copy(const TransformerCall& call) {
    return {call.transformer, clone_all(call.arguments), call.argument, call.has_argument};
}
OperandList copy(const OperandList& list) { return {clone_all(list.items)}; }

And copy(const And& all) { return {clone_all(all.children)}; }
Or copy(const Or& any) { return {clone_all(any.children)}; }
Not copy(const Not& negation) { return {clone(*negation.child)}; }
Identifier copy(const Identifier& identifier) { return identifier; }
Check copy(const Check& check) {
    return {clone(*check.left),     check.op,          check.modifier,     check.list,
            clone_all(check.right), check.op_location, check.double_equals};
}

template <class Pointer>
bool same_all(const std::vector<Pointer>& left, const std::vector<Pointer>& right) {
    return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                      [](const Pointer& a, const Pointer& b) { return equal(*a, *b); });
}

bool is_number(const Literal& literal) {
    return literal.form == Literal::Form::Number || literal.form == Literal::Form::Hex;
}

bool same(const FieldName& left, const FieldName& right) {
    return left.name == right.name && left.has_argument == right.has_argument && left.argument == right.argument;
}
bool same(const Literal& left, const Literal& right) {
    return left.value == right.value && is_number(left) == is_number(right);
}
bool same(const TransformerCall& left, const TransformerCall& right) {
    return left.transformer == right.transformer && left.has_argument == right.has_argument &&
           left.argument == right.argument && same_all(left.arguments, right.arguments);
}
bool same(const OperandList& left, const OperandList& right) { return same_all(left.items, right.items); }

bool same(const And& left, const And& right) { return same_all(left.children, right.children); }
bool same(const Or& left, const Or& right) { return same_all(left.children, right.children); }
bool same(const Not& left, const Not& right) { return equal(*left.child, *right.child); }
bool same(const Identifier& left, const Identifier& right) { return left.name == right.name; }
bool same(const Check& left, const Check& right) {
    return left.op == right.op && left.modifier == right.modifier && left.list == right.list &&
           equal(*left.left, *right.left) && same_all(left.right, right.right);
}

// Whether both hold the same alternative with the same content.
template <class Node>
bool same_value(const Node& left, const Node& right) {
    return std::visit(
        [&right](const auto& value) {
            const auto* other = std::get_if<std::decay_t<decltype(value)>>(&right.value);
            return other != nullptr && same(value, *other);
        },
        left.value);
}

}  // namespace

std::string_view text(Operator op) { return operator_texts[static_cast<size_t>(op)]; }
std::string_view text(Modifier modifier) { return modifier_texts[static_cast<size_t>(modifier)]; }
std::string_view text(Transformer transformer) { return transformer_texts[static_cast<size_t>(transformer)]; }

ExpressionPtr clone(const Expression& expression) {
    auto result = std::make_unique<Expression>();
    result->location = expression.location;
    std::visit([&result](const auto& value) { result->value = copy(value); }, expression.value);
    return result;
}

OperandPtr clone(const Operand& operand) {
    auto result = std::make_unique<Operand>();
    result->location = operand.location;
    result->length = operand.length;
    std::visit([&result](const auto& value) { result->value = copy(value); }, operand.value);
    return result;
}

bool equal(const Expression& left, const Expression& right) { return same_value(left, right); }
bool equal(const Operand& left, const Operand& right) { return same_value(left, right); }

}  // namespace bewit::filter
