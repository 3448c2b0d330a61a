#include "engine/filter/print.h"

#include "engine/filter/quoting.h"

namespace bewit::filter {
namespace {

class Printer {
public:
    void append(const Expression& expression) {
        std::visit([this](const auto& value) { append(value); }, expression.value);
    }
    void append(const Operand& operand) {
        std::visit([this](const auto& value) { append(value); }, operand.value);
    }
    std::string take() { return std::move(out_); }

private:
    void append(const And& all) { append_joined("(", all.children, " and "); }
    void append(const Or& any) { append_joined("(", any.children, " or "); }
    void append(const Not& negation);
    void append(const Identifier& identifier);
    void append(const Check& check);

    void append(const FieldName& field);
    void append(const Literal& literal);
    void append(const TransformerCall& call);
    void append(const OperandList& list);
    // Where only a quoted string is a string.
    void append_argument(const Operand& operand);
    void append_arguments(const std::vector<OperandPtr>& operands);
    void append_bracket(bool present, const std::string& argument);

    template <class Pointer>
    void append_joined(std::string_view open, const std::vector<Pointer>& items, std::string_view separator);

    std::string out_;
};

template <class Pointer>
void Printer::append_joined(std::string_view open, const std::vector<Pointer>& items, std::string_view separator) {
    out_ += open;
    for (size_t i = 0; i < items.size(); ++i) {
        if (i != 0) out_ += separator;
        append(*items[i]);
    }
    out_ += ')';
}

void Printer::append(const Not& negation) {
    const bool again = std::holds_alternative<Not>(negation.child->value);
    out_ += again ? "not (" : "not ";
    append(*negation.child);
    if (again) out_ += ')';
}

// A macro may be called `not`; with a blank behind it, it would negate.
void Printer::append(const Identifier& identifier) {
    out_ += identifier.name == "not" ? std::string_view("(not)") : identifier.name;
}

void Printer::append(const Check& check) {
    append(*check.left);
    out_ += ' ';
    out_ += print_operator(check);
    if (check.list) {
        append_joined(" (", check.right, ", ");
    } else if (!check.right.empty()) {
        out_ += ' ';
        append(*check.right[0]);
    }
}

void Printer::append(const FieldName& field) {
    out_ += field.name;
    append_bracket(field.has_argument, field.argument);
}

void Printer::append(const Literal& literal) {
    out_ += plain_string(literal.value) ? literal.value : quote(literal.value);
}

void Printer::append(const TransformerCall& call) {
    out_ += text(call.transformer);
    append_arguments(call.arguments);
    append_bracket(call.has_argument, call.argument);
}

void Printer::append(const OperandList& list) { append_arguments(list.items); }

void Printer::append_argument(const Operand& operand) {
    const auto* literal = std::get_if<Literal>(&operand.value);
    const bool string =
        literal != nullptr && literal->form != Literal::Form::Number && literal->form != Literal::Form::Hex;
    if (string) {
        out_ += quote(literal->value);
    } else {
        append(operand);
    }
}

void Printer::append_arguments(const std::vector<OperandPtr>& operands) {
    out_ += '(';
    for (size_t i = 0; i < operands.size(); ++i) {
        if (i != 0) out_ += ',';
        append_argument(*operands[i]);
    }
    out_ += ')';
}

void Printer::append_bracket(bool present, const std::string& argument) {
    if (!present) return;
    out_ += '[';
    out_ += plain_argument(argument) ? argument : quote(argument);
    out_ += ']';
}

}  // namespace

std::string print(const Expression& expression) {
    Printer printer;
    printer.append(expression);
    return printer.take();
}

std::string print(const Operand& operand) {
    Printer printer;
    printer.append(operand);
    return printer.take();
}

std::string print_operator(const Check& check) {
    std::string out(check.double_equals ? "==" : text(check.op));
    if (check.modifier != Modifier::None) {
        out += ' ';
        out += text(check.modifier);
    }
    return out;
}

}  // namespace bewit::filter
