#include "engine/match/value_warnings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "engine/field/field_name.h"

namespace bewit::match {
namespace {

bool is_wildcard(std::string_view text) {
    return text.size() == 2 && text[0] == '.' && (text[1] == '*' || text[1] == '+' || text[1] == '?');
}

// An expression whose only special parts are an anchor or a wildcard at either end.
bool is_simple_regex(std::string_view text) {
    if (text.starts_with('^')) text.remove_prefix(1);
    if (text.ends_with('$')) text.remove_suffix(1);
    if (text.size() >= 2 && is_wildcard(text.substr(0, 2))) text.remove_prefix(2);
    if (text.size() >= 2 && is_wildcard(text.substr(text.size() - 2))) text.remove_suffix(2);
    return text.find_first_of("\\^$.|?*+()[]{}") == std::string_view::npos;
}

std::string without_blanks(std::string_view text) {
    std::string result(text);
    std::erase_if(result, [](unsigned char c) { return isspace(c) != 0; });
    return result;
}

bool is_transformer_call(std::string_view text) {
    const size_t open = text.find('(');
    if (open == std::string_view::npos || !text.ends_with(')')) return false;
    const std::string_view name = text.substr(0, open);
    using filter::Transformer;
    for (const Transformer transformer :
         {Transformer::ToLower, Transformer::ToUpper, Transformer::B64, Transformer::Basename, Transformer::Len,
          Transformer::Join, Transformer::Concat, Transformer::GetOpt, Transformer::Val}) {
        if (name == filter::text(transformer)) return true;
    }
    return false;
}

}  // namespace

std::optional<std::string> value_warning(filter::Operator op, std::string_view literal) {
    if (op == filter::Operator::Regex && is_simple_regex(literal)) {
        return fmt::format(
            "regex check with '{}' may be optimized with simpler operators such as '=', 'contains', 'startswith', "
            "'endswith'",
            literal);
    }
    const std::string text = without_blanks(literal);
    if (field::is_field(text)) return fmt::format("'{}' may be a valid field misused as a const string value", literal);
    if (is_transformer_call(text)) {
        return fmt::format("'{}' may be a valid field transformer misused as a const string value", literal);
    }
    return std::nullopt;
}

}  // namespace bewit::match
