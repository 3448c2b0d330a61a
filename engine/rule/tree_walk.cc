#include "engine/rule/tree_walk.h"

#include <algorithm>
#include <variant>

namespace bewit::rule {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
    using Functions::operator()...;
};
template <class... Functions>
Overloaded(Functions...) -> Overloaded<Functions...>;

// So many bytes of text count as one node more.
constexpr size_t text_node = 128;

size_t count(const filter::Operand& operand);

size_t count(const std::vector<filter::OperandPtr>& operands) {
    size_t nodes = 0;
    for (const filter::OperandPtr& operand : operands) nodes += count(*operand);
    return nodes;
}

size_t count(const filter::Operand& operand) {
    if (const auto* call = std::get_if<filter::TransformerCall>(&operand.value)) return 1 + count(call->arguments);
    if (const auto* list = std::get_if<filter::OperandList>(&operand.value)) return 1 + count(list->items);
    if (const auto* literal = std::get_if<filter::Literal>(&operand.value))
        return 1 + literal->value.size() / text_node;
    const auto& field = std::get<filter::FieldName>(operand.value);
    return 1 + (field.name.size() + field.argument.size()) / text_node;
}

TreeSize measure_all(const std::vector<filter::ExpressionPtr>& children) {
    TreeSize size;
    for (const filter::ExpressionPtr& child : children) {
        const TreeSize child_size = measure(*child);
        size.nodes += child_size.nodes;
        size.height = std::max(size.height, child_size.height);
    }
    return size;
}

void shift_all(std::vector<filter::OperandPtr>& operands, uint32_t distance) {
    for (filter::OperandPtr& operand : operands) {
        operand->location.offset += distance;
        if (auto* call = std::get_if<filter::TransformerCall>(&operand->value)) shift_all(call->arguments, distance);
        if (auto* list = std::get_if<filter::OperandList>(&operand->value)) shift_all(list->items, distance);
    }
}

void shift_left(filter::OperandPtr& left, uint32_t distance) {
    left->location.offset += distance;
    if (auto* call = std::get_if<filter::TransformerCall>(&left->value)) shift_all(call->arguments, distance);
}

}  // namespace

TreeSize measure(const filter::Expression& expression) {
    TreeSize size = std::visit(Overloaded{[](const filter::And& all) { return measure_all(all.children); },
                                          [](const filter::Or& any) { return measure_all(any.children); },
                                          [](const filter::Not& negation) { return measure(*negation.child); },
                                          [](const filter::Identifier&) { return TreeSize{}; },
                                          [](const filter::Check& check) {
                                              return TreeSize{count(*check.left) + count(check.right), 0};
                                          }},
                               expression.value);
    ++size.nodes;
    ++size.height;
    return size;
}

void shift(filter::Expression& expression, uint32_t distance) {
    expression.location.offset += distance;
    const auto shift_children = [distance](auto& children) {
        for (filter::ExpressionPtr& child : children) shift(*child, distance);
    };
    std::visit(Overloaded{[&](filter::And& all) { shift_children(all.children); },
                          [&](filter::Or& any) { shift_children(any.children); },
                          [&](filter::Not& negation) { shift(*negation.child, distance); }, [](filter::Identifier&) {},
                          [&](filter::Check& check) {
                              check.op_location.offset += distance;
                              shift_left(check.left, distance);
                              shift_all(check.right, distance);
                          }},
               expression.value);
}

}  // namespace bewit::rule
