// The part of the grammar from boolean operators down to comparisons. Keywords are found by what the text goes on with,
// not by words: `in` is taken out of `inabc`, `exists` out of `existsor`, and only then does the grammar decide whether
// it likes the rest. The order of the attempts is therefore part of the language.
#include "engine/filter/parser.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "engine/filter/characters.h"
#include "engine/filter/operand_parser.h"
#include "engine/filter/parse_state.h"
#include "engine/filter/quoting.h"

namespace bewit::filter {
namespace {

using Level = ParseState::Level;

// In the order of the attempts: no operator stands behind one that it begins with.
constexpr std::array numeric_operators = {Operator::LessEqual, Operator::Less, Operator::GreaterEqual,
                                          Operator::Greater};
constexpr std::array symbol_operators = {Operator::Equal, Operator::NotEqual};
constexpr std::array word_operators = {Operator::Glob,        Operator::IGlob,     Operator::Contains,
                                       Operator::IContains,   Operator::BContains, Operator::StartsWith,
                                       Operator::BStartsWith, Operator::EndsWith,  Operator::Regex};
constexpr std::array list_operators = {Operator::Intersects, Operator::In, Operator::PMatch};
constexpr std::array modifiers = {Modifier::OneOf, Modifier::AnyOf, Modifier::AllOf};

constexpr std::string_view double_equals = "==";

std::string expected_operator() {
    std::string message = fmt::format("expected a valid check operator: one of '{}'", text(Operator::Exists));
    const auto append = [&message](const auto& operators) {
        for (Operator op : operators) message += fmt::format(", '{}'", text(op));
    };
    append(numeric_operators);
    message += fmt::format(", '{}'", double_equals);
    append(symbol_operators);
    append(word_operators);
    append(list_operators);
    return message;
}

ExpressionPtr make(ParseState& state, Location location, auto&& value) {
    if (!state.take_node()) return nullptr;
    auto expression = std::make_unique<Expression>();
    expression->location = location;
    expression->value = std::forward<decltype(value)>(value);
    return expression;
}

class ConditionParser {
public:
    ConditionParser(std::string_view text, const ParseOptions& options) : state_(text, options) {}

    tl::expected<ExpressionPtr, ParseError> run();

private:
    ExpressionPtr any();       // or
    ExpressionPtr any_tail();  // behind `or`
    ExpressionPtr all();       // and
    ExpressionPtr all_tail();  // behind `and`
    ExpressionPtr negation();
    ExpressionPtr parenthesised();  // behind `(`
    ExpressionPtr primary();
    ExpressionPtr condition(OperandPtr left, Location start);
    bool take_operator(Check& check);
    bool string_condition(Check& check, bool blank_behind);
    bool take_modifier(Check& check);
    bool list_follows() const;
    std::string last_token() const;

    ParseState state_;
    Scanner& scanner_ = state_.scanner;
    OperandParser operands_{state_};
};

tl::expected<ExpressionPtr, ParseError> ConditionParser::run() {
    ExpressionPtr expression;
    if (scanner_.at_end()) {
        state_.fail("filter input string is empty");
    } else {
        expression = any();
        if (expression != nullptr && !scanner_.at_end()) {
            state_.fail(fmt::format("unexpected token after '{}', expecting 'or', 'and'", last_token()));
        }
    }
    if (state_.failed()) return tl::unexpected(state_.take_error());
    return expression;
}

// As errors show it: a string without its quotes.
std::string ConditionParser::last_token() const {
    const std::string_view token = scanner_.last();
    if (token.starts_with('"') || token.starts_with('\'')) return *unescape(token);
    return std::string(token);
}

ExpressionPtr ConditionParser::any() {
    const Level level(state_);
    if (!level) return nullptr;
    scanner_.blanks();
    const Location start = scanner_.here();
    ExpressionPtr first = all();
    if (first == nullptr) return nullptr;
    Or any;
    any.children.push_back(std::move(first));
    scanner_.blanks();
    while (scanner_.take("or")) {
        ExpressionPtr next = any_tail();
        if (next == nullptr) return nullptr;
        any.children.push_back(std::move(next));
        scanner_.blanks();
    }
    return any.children.size() == 1 ? std::move(any.children[0]) : make(state_, start, std::move(any));
}

ExpressionPtr ConditionParser::any_tail() {
    if (scanner_.blanks()) return all();
    if (scanner_.take("(")) return parenthesised();
    return state_.fail("expected blank or '(' after 'or'");
}

ExpressionPtr ConditionParser::all() {
    const Level level(state_);
    if (!level) return nullptr;
    scanner_.blanks();
    const Location start = scanner_.here();
    ExpressionPtr first = negation();
    if (first == nullptr) return nullptr;
    And all;
    all.children.push_back(std::move(first));
    scanner_.blanks();
    while (scanner_.take("and")) {
        ExpressionPtr next = all_tail();
        if (next == nullptr) return nullptr;
        all.children.push_back(std::move(next));
        scanner_.blanks();
    }
    return all.children.size() == 1 ? std::move(all.children[0]) : make(state_, start, std::move(all));
}

ExpressionPtr ConditionParser::all_tail() {
    if (scanner_.blanks()) return negation();
    if (scanner_.take("(")) return parenthesised();
    return state_.fail("expected blank or '(' after 'and'");
}

// Any number of `not` in a row is one or none.
ExpressionPtr ConditionParser::negation() {
    const Level level(state_);
    if (!level) return nullptr;
    scanner_.blanks();
    const Location start = scanner_.here();
    bool negated = false;
    while (scanner_.take_negation()) negated = !negated;
    ExpressionPtr child;
    if (scanner_.take("not(")) {
        negated = !negated;
        child = parenthesised();
    } else {
        child = primary();
    }
    if (child == nullptr || !negated) return child;
    return make(state_, start, Not{std::move(child)});
}

ExpressionPtr ConditionParser::parenthesised() {
    const Level level(state_);
    if (!level) return nullptr;
    ExpressionPtr child = any();
    if (child == nullptr) return nullptr;
    if (!scanner_.take(")")) return state_.fail("expected a ')' token");
    return child;
}

ExpressionPtr ConditionParser::primary() {
    const Level level(state_);
    if (!level) return nullptr;
    scanner_.blanks();
    if (scanner_.take("(")) return parenthesised();

    const Location start = scanner_.here();
    OperandPtr left = operands_.try_field();
    if (left == nullptr && !state_.failed()) left = operands_.try_call();
    if (left != nullptr) return condition(std::move(left), start);
    if (state_.failed()) return nullptr;

    const std::string_view name = scanner_.identifier();
    if (name.empty()) return state_.fail("expected a '(' token, a field check, or an identifier");
    return make(state_, start, Identifier{std::string(name)});
}

ExpressionPtr ConditionParser::condition(OperandPtr left, Location start) {
    const Level level(state_);
    if (!level) return nullptr;
    scanner_.blanks();
    Check check{std::move(left), Operator::Exists, Modifier::None, false, {}, scanner_.here(), false};
    if (!take_operator(check)) return nullptr;
    return make(state_, start, std::move(check));
}

// The operator and all that belongs to it.
bool ConditionParser::take_operator(Check& check) {
    const auto is_here = [this](Operator op) { return scanner_.take(text(op)); };
    const auto word_is_here = [this](Operator op) { return scanner_.take_spaced(text(op)); };
    const auto take_one = [&check](const auto& operators, const auto& taken) {
        const auto* found = std::find_if(operators.begin(), operators.end(), taken);
        if (found == operators.end()) return false;
        check.op = *found;
        return true;
    };
    if (is_here(Operator::Exists)) return true;
    if (take_one(numeric_operators, is_here)) return operands_.numeric_side(check);
    if (scanner_.take(double_equals)) {
        check.op = Operator::Equal;
        check.double_equals = true;
        return string_condition(check, scanner_.blanks());
    }
    if (take_one(symbol_operators, is_here)) return string_condition(check, scanner_.blanks());
    if (take_one(word_operators, word_is_here)) return string_condition(check, true);
    if (take_one(list_operators, is_here)) return operands_.list_side(check);
    state_.fail(expected_operator());
    return false;
}

bool ConditionParser::string_condition(Check& check, bool blank_behind) {
    if (blank_behind && take_modifier(check)) return operands_.modifier_side(check);
    return operands_.string_side(check);
}

// A modifier is one only before something that can be a list; else it is the word to compare with.
bool ConditionParser::take_modifier(Check& check) {
    const auto before = scanner_.mark();
    for (Modifier modifier : modifiers) {
        if (!scanner_.take_spaced(text(modifier))) continue;
        if (list_follows()) {
            check.modifier = modifier;
            return true;
        }
        scanner_.rewind(before);
    }
    return false;
}

bool ConditionParser::list_follows() const {
    const std::string_view rest = scanner_.rest();
    if (rest.starts_with('(')) return true;
    for (std::string_view keyword : {"and", "or", "not"}) {
        if (!rest.starts_with(keyword)) continue;
        // An underscore ends the keyword: `oneof or_less` is the word `oneof` and a broken `or`.
        if (rest.size() == keyword.size()) return false;
        const char next = rest[keyword.size()];
        if (!is_letter(next) && !is_digit(next)) return false;
    }
    return !rest.empty() && is_letter(rest[0]);
}

// ---- prefixes

// How much of the field's name `name` is left when it is cut by as little as makes a shorter field of it.
size_t shorter_field(std::string_view name) {
    name.remove_suffix(1);
    if (name.ends_with('.')) name.remove_suffix(1);
    return name.find('.') == std::string_view::npos ? 0 : name.size();
}

}  // namespace

tl::expected<ExpressionPtr, ParseError> parse(std::string_view text, const ParseOptions& options) {
    if (text.size() >= std::numeric_limits<uint32_t>::max()) {
        return tl::unexpected(ParseError{{}, "filter input string is longer than 4 GiB"});
    }
    return ConditionParser(text, options).run();
}

tl::expected<OperandPrefix, ParseError> parse_operand_prefix(std::string_view text, const ParseOptions& options) {
    ParseState state(text.substr(0, std::numeric_limits<uint32_t>::max() - 1), options);
    OperandParser operands(state);
    const Level level(state);

    OperandPrefix prefix;
    if (level) prefix.operand = operands.try_field_head();
    const bool field = prefix.operand != nullptr;
    if (!field && !state.failed()) prefix.operand = operands.try_call_head();
    if (prefix.operand == nullptr) {
        if (!state.failed()) state.fail("expected a field or a field transformer");
        return tl::unexpected(state.take_error());
    }
    const size_t head = prefix.operand->length;
    // A bracket that is none of an argument is text behind the operand.
    if (operands.take_argument(*prefix.operand) && prefix.operand->length > head) {
        prefix.shorter = head;
    } else {
        prefix.shorter = field ? shorter_field(text.substr(0, head)) : 0;
    }
    prefix.length = prefix.operand->length;
    return prefix;
}

}  // namespace bewit::filter
