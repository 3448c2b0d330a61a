// Each Level stands for one step of Falco's descent, and each OperandParser function opens just as many as Falco does
// at its place: a condition is too deep for both or for neither. Elements of a transformer's list count nothing, as
// there.
#include "engine/filter/operand_parser.h"

#include <array>
#include <optional>

#include <fmt/format.h>

#include "engine/filter/quoting.h"

namespace bewit::filter {
namespace {

using Level = ParseState::Level;

constexpr std::array transformers = {Transformer::ToLower,  Transformer::ToUpper, Transformer::B64,
                                     Transformer::Basename, Transformer::Len,     Transformer::Join,
                                     Transformer::Concat,   Transformer::GetOpt};

std::optional<Transformer> take_transformer(Scanner& scanner) {
    for (Transformer transformer : transformers) {
        if (scanner.take_call(text(transformer))) return transformer;
    }
    return std::nullopt;
}

// "expected X or a field with a valid transformer: 'val', 'tolower', ..."
std::string expected_or_transformer(std::string_view what) {
    std::string message =
        fmt::format("expected {} or a field with a valid transformer: '{}'", what, text(Transformer::Val));
    for (Transformer transformer : transformers) message += fmt::format(", '{}'", text(transformer));
    return message;
}

}  // namespace

template <class Value>
OperandPtr OperandParser::finish(Location start, Value&& value) {
    if (!state_.take_node()) return nullptr;
    auto operand = std::make_unique<Operand>();
    operand->location = start;
    operand->length = static_cast<uint32_t>(scanner_.offset() - start.offset);
    operand->value = std::forward<Value>(value);
    return operand;
}

// ---- fields and calls

OperandPtr OperandParser::try_field() { return with_argument(try_field_head()); }
OperandPtr OperandParser::try_call() { return with_argument(try_call_head()); }

OperandPtr OperandParser::with_argument(OperandPtr head) {
    if (head == nullptr || !take_argument(*head)) return nullptr;
    return head;
}

OperandPtr OperandParser::try_field_head() {
    const Location start = scanner_.here();
    const std::string_view name = scanner_.field_name();
    if (name.empty()) return nullptr;
    const Level level(state_);
    if (!level) return nullptr;
    return finish(start, FieldName{std::string(name), {}, false});
}

OperandPtr OperandParser::try_call_head() {
    const Location start = scanner_.here();
    const auto transformer = take_transformer(scanner_);
    if (!transformer) return nullptr;
    const Level level(state_);
    if (!level) return nullptr;
    TransformerCall call{*transformer, {}, {}, false};
    do {
        scanner_.blanks();
        OperandPtr argument = call_argument();
        if (argument == nullptr) return nullptr;
        call.arguments.push_back(std::move(argument));
        scanner_.blanks();
    } while (scanner_.take(","));
    if (!scanner_.take(")")) return state_.fail("expected a ')' token closing the transformer");
    return finish(start, std::move(call));
}

// `[arg]`, right behind what it belongs to and without blanks inside.
bool OperandParser::take_argument(Operand& operand) {
    if (!scanner_.take("[")) return true;
    std::string argument;
    if (OperandPtr literal = try_quoted()) {
        argument = std::move(std::get<Literal>(literal->value).value);
    } else if (state_.failed()) {
        return false;
    } else {
        argument = scanner_.bare_argument();
        if (argument.empty()) {
            state_.fail("expected a valid field argument: a quoted string or a bare string");
            return false;
        }
    }
    if (!scanner_.take("]")) {
        state_.fail("expected a ']' token");
        return false;
    }
    if (auto* field = std::get_if<FieldName>(&operand.value)) {
        field->argument = std::move(argument);
        field->has_argument = true;
    } else {
        auto& call = std::get<TransformerCall>(operand.value);
        call.argument = std::move(argument);
        call.has_argument = true;
    }
    operand.length = static_cast<uint32_t>(scanner_.offset() - operand.location.offset);
    return true;
}

OperandPtr OperandParser::call_argument() {
    const Level level(state_);
    if (!level) return nullptr;
    OperandPtr operand = try_number();
    if (operand == nullptr) operand = try_quoted();
    if (operand != nullptr || state_.failed()) return operand;
    if (scanner_.rest().starts_with('(')) return operand_list();
    operand = try_call();
    if (operand == nullptr && !state_.failed()) operand = try_field();
    if (operand == nullptr && !state_.failed()) {
        return state_.fail(
            "expected field transformer argument: field, transformer, quoted string, number, or transformer list");
    }
    return operand;
}

OperandPtr OperandParser::operand_list() {
    const Location start = scanner_.here();
    OperandList list;
    scanner_.take("(");
    scanner_.blanks();
    if (scanner_.take(")")) return finish(start, std::move(list));
    do {
        scanner_.blanks();
        OperandPtr item = operand_list_item();
        if (item == nullptr) return nullptr;
        list.items.push_back(std::move(item));
        scanner_.blanks();
    } while (scanner_.take(","));
    if (!scanner_.take(")")) return state_.fail("expected ')'");
    return finish(start, std::move(list));
}

OperandPtr OperandParser::operand_list_item() {
    OperandPtr operand = try_field();
    if (operand == nullptr && !state_.failed()) operand = try_call();
    if (operand == nullptr && !state_.failed()) operand = try_quoted();
    if (operand == nullptr && !state_.failed()) operand = try_number();
    if (operand == nullptr && !state_.failed()) {
        return state_.fail("expected transformer list argument: field, transformer, quoted string, or number");
    }
    return operand;
}

// ---- literals

OperandPtr OperandParser::try_number() {
    const Location start = scanner_.here();
    if (const auto token = scanner_.hexadecimal(); !token.empty()) {
        return finish(start, Literal{std::string(token), Literal::Form::Hex});
    }
    if (const auto token = scanner_.number(); !token.empty()) {
        return finish(start, Literal{std::string(token), Literal::Form::Number});
    }
    return nullptr;
}

OperandPtr OperandParser::try_quoted() {
    const Location start = scanner_.here();
    const std::string_view token = scanner_.quoted();
    if (token.empty()) return nullptr;
    auto value = unescape(token);
    if (!value) {
        return state_.fail_at(scanner_.locate(start.offset + value.error().offset), std::move(value.error().message));
    }
    return finish(start, Literal{std::move(*value), Literal::Form::Quoted});
}

OperandPtr OperandParser::try_identifier() {
    const Location start = scanner_.here();
    const std::string_view token = scanner_.identifier();
    if (token.empty()) return nullptr;
    return finish(start, Literal{std::string(token), Literal::Form::Bare});
}

OperandPtr OperandParser::try_string() {
    OperandPtr quoted = try_quoted();
    if (quoted != nullptr || state_.failed()) return quoted;
    const Location start = scanner_.here();
    const std::string_view token = scanner_.bare();
    if (token.empty()) return nullptr;
    return finish(start, Literal{std::string(token), Literal::Form::Bare});
}

// ---- right sides

OperandPtr OperandParser::try_val_or_call() {
    const Level level(state_);
    if (!level) return nullptr;
    const Location start = scanner_.here();
    if (scanner_.take_call(text(Transformer::Val))) return val_call(start);
    return try_call();
}

// Behind `val(`: one field and nothing else.
OperandPtr OperandParser::val_call(Location start) {
    scanner_.blanks();
    OperandPtr field = try_field();
    if (field == nullptr) {
        return state_.failed() ? nullptr : state_.fail("expected a field within 'val' transformer");
    }
    scanner_.blanks();
    if (!scanner_.take(")")) return state_.fail("expected a ')' token closing the transformer");
    TransformerCall call{Transformer::Val, {}, {}, false};
    call.arguments.push_back(std::move(field));
    return with_argument(finish(start, std::move(call)));
}

bool OperandParser::set_right(Check& check, OperandPtr operand) {
    check.right.push_back(std::move(operand));
    return true;
}

bool OperandParser::numeric_side(Check& check) {
    const Level level(state_);
    if (!level) return false;
    scanner_.blanks();
    OperandPtr operand = try_val_or_call();
    if (operand == nullptr && !state_.failed()) operand = try_number();
    if (operand != nullptr) return set_right(check, std::move(operand));
    if (!state_.failed()) state_.fail(expected_or_transformer("a number value"));
    return false;
}

bool OperandParser::string_side(Check& check) {
    const Level level(state_);
    if (!level) return false;
    scanner_.blanks();
    OperandPtr operand = try_val_or_call();
    if (operand == nullptr && !state_.failed()) operand = try_string();
    if (operand != nullptr) return set_right(check, std::move(operand));
    if (!state_.failed()) state_.fail(expected_or_transformer("a string value"));
    return false;
}

bool OperandParser::list_side(Check& check) {
    const Level level(state_);
    if (!level) return false;
    scanner_.blanks();
    if (try_list(check)) return true;
    OperandPtr operand;
    if (!state_.failed()) operand = try_val_or_call();
    if (operand == nullptr && !state_.failed()) operand = try_identifier();
    if (operand != nullptr) return set_right(check, std::move(operand));
    if (!state_.failed()) state_.fail(expected_or_transformer("a list, an identifier,"));
    return false;
}

bool OperandParser::modifier_side(Check& check) {
    const Level level(state_);
    if (!level) return false;
    if (try_list(check)) return true;
    OperandPtr operand;
    if (!state_.failed()) operand = try_identifier();
    if (operand != nullptr) return set_right(check, std::move(operand));
    if (!state_.failed()) state_.fail("expected a list or an identifier");
    return false;
}

bool OperandParser::try_list(Check& check) {
    if (!scanner_.take("(")) return false;
    check.list = true;
    scanner_.blanks();
    if (!list_items(check)) return false;
    if (scanner_.take(")")) return true;
    state_.fail("expected a ')' token");
    return false;
}

// The elements and the commas between them, up to what is neither.
bool OperandParser::list_items(Check& check) {
    OperandPtr item = list_item();
    if (item == nullptr) return !state_.failed();
    check.right.push_back(std::move(item));
    scanner_.blanks();
    while (scanner_.take(",")) {
        item = list_item();
        if (item == nullptr && !state_.failed()) state_.fail("expected a string value");
        if (item == nullptr) return false;
        check.right.push_back(std::move(item));
        scanner_.blanks();
    }
    return true;
}

OperandPtr OperandParser::list_item() {
    const Level level(state_);
    if (!level) return nullptr;
    scanner_.blanks();
    return try_string();
}

}  // namespace bewit::filter
