#include "engine/rule/exception_check.h"

#include <algorithm>
#include <array>
#include <variant>

#include <fmt/format.h>

#include "engine/field/catalogue.h"
#include "engine/filter/parser.h"

namespace bewit::rule {
namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::array<std::string_view, 12> string_operators = {"==",         "=",           "!=",        "glob",
                                                               "iglob",      "contains",    "icontains", "bcontains",
                                                               "startswith", "bstartswith", "endswith",  "regex"};
constexpr std::array<std::string_view, 5> other_operators = {"exists", "<=", "<", ">=", ">"};
constexpr std::array<std::string_view, 3> list_operators = {"intersects", "in", "pmatch"};
constexpr std::array<std::string_view, 3> modifiers = {"oneof", "anyof", "allof"};

bool is_one_of(std::string_view text, const auto& words) {
    return std::find(words.begin(), words.end(), text) != words.end();
}

std::string trimmed(std::string_view text) {
    const size_t begin = std::min(text.find_first_not_of(blanks), text.size());
    const size_t end = text.find_last_not_of(blanks) + 1;  // npos + 1 is 0
    return std::string(text.substr(begin, std::max(end, begin) - begin));
}

bool has_modifier(std::string_view text) {
    const size_t gap = text.find_first_of(blanks);
    if (gap == std::string_view::npos) return false;
    const size_t word = std::min(text.find_first_not_of(blanks, gap), text.size());
    return is_one_of(text.substr(0, gap), string_operators) && is_one_of(text.substr(word), modifiers);
}

bool is_operator(std::string_view text) {
    return is_one_of(text, string_operators) || is_one_of(text, other_operators) || takes_list(text);
}

std::string operator_remedy(std::string_view wrong) {
    std::vector<std::string_view> known(string_operators.begin(), string_operators.end());
    known.insert(known.end(), other_operators.begin(), other_operators.end());
    known.insert(known.end(), list_operators.begin(), list_operators.end());
    const std::string meant = nearest(wrong, known);
    return meant.empty() ? "write an operator of conditions, such as =, in or startswith"
                         : fmt::format("did you mean `{}`?", meant);
}

// Why the names in an operand are none; empty when all are good.
std::string name_error(const filter::Operand& operand);

std::string name_error(const std::vector<filter::OperandPtr>& operands) {
    for (const filter::OperandPtr& operand : operands) {
        if (std::string error = name_error(*operand); !error.empty()) return error;
    }
    return {};
}

std::string name_error(const filter::Operand& operand) {
    if (const auto* name = std::get_if<filter::FieldName>(&operand.value)) {
        const auto field = field::resolve(name->name, name->argument, name->has_argument);
        return field ? std::string() : field.error();
    }
    if (const auto* call = std::get_if<filter::TransformerCall>(&operand.value)) return name_error(call->arguments);
    if (const auto* list = std::get_if<filter::OperandList>(&operand.value)) return name_error(list->items);
    return {};
}

// Why `text` cannot stand on the left side; empty when it can. Fields around which there is something are tried as a
// condition.
std::string left_side_error(const std::string& text) {
    if (text.find('(') == std::string::npos) {
        const auto field = field::resolve(text);
        return field ? std::string() : field.error();
    }
    const auto condition = filter::parse(text + " exists");
    if (!condition) return condition.error().message;
    const auto* check = std::get_if<filter::Check>(&(*condition)->value);
    return check == nullptr ? "it is more than one field" : name_error(*check->left);
}

bool check_names(const Exception& exception, const Context& context, Report& report) {
    for (const std::string& name : exception.fields) {
        std::string error = left_side_error(name);
        if (error.empty()) continue;
        return report.fail(Code::ErrValidate, fmt::format("'{}' is not a supported filter field", name), &context,
                           std::move(error));
    }
    return true;
}

bool check_list_form(Exception& exception, const Context& context, Report& report) {
    if (exception.comps.empty()) {
        exception.comps.assign(exception.fields.size(), "=");
        exception.comps_is_list = true;
    }
    if (!exception.comps_is_list || exception.fields.size() != exception.comps.size()) {
        return report.fail(Code::ErrValidate, "Fields and comps lists must have equal length", &context,
                           "give each field one operator, in a list of its own");
    }
    for (std::string& comp : exception.comps) {
        comp = trimmed(comp);
        if (is_operator(comp)) continue;
        return report.fail(Code::ErrValidate, fmt::format("'{}' is not a supported comparison operator", comp),
                           &context, operator_remedy(comp));
    }
    return true;
}

bool check_single_form(Exception& exception, const Context& context, Report& report) {
    if (exception.comps.empty()) {
        exception.comps = {"in"};
        exception.comps_is_list = false;
    }
    if (exception.comps_is_list) {
        return report.fail(Code::ErrValidate, "Fields and comps must both be strings", &context,
                           "write both in brackets, or none");
    }
    exception.comps[0] = trimmed(exception.comps[0]);
    if (takes_list(exception.comps[0])) return true;
    return report.fail(
        Code::ErrValidate,
        "When fields is a single value, comps must be one of (in, pmatch, intersects) or a modifier operator "
        "(e.g. startswith oneof)",
        &context, "or write the field and its operator in brackets, and each value as a list of one");
}

}  // namespace

bool takes_list(std::string_view operator_text) {
    return is_one_of(operator_text, list_operators) || has_modifier(operator_text);
}

bool check_exception(Exception& exception, bool check_fields, const Context& context, Report& report) {
    const bool ok = exception.fields_is_list ? check_list_form(exception, context, report)
                                             : check_single_form(exception, context, report);
    return ok && (!check_fields || check_names(exception, context, report));
}

}  // namespace bewit::rule
