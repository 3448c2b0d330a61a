#include "engine/alert/template.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/filter/parser.h"

namespace bewit::alert {
namespace {

using event::PrintFormat;
using field::Value;

// Longer than every name that exists.
constexpr size_t longest_name = 128;
// So many fields one template may print, and so wide they may be together.
constexpr size_t most_tokens = 20'000;
constexpr size_t largest_width = size_t{1} << 20;

struct ParsedToken {
    field::Expression value;
    size_t length = 0;
};

// The longest text that is a field or transformer call by its grammar may still name nothing: `%proc.name.` or
// `%proc.name_x`. Shorter ones are tried then, so that the rest stays literal. When none names anything, the longest is
// the one that was meant.
tl::expected<ParsedToken, std::string> parse_token(std::string_view text) {
    std::string first_error;
    while (!text.empty()) {
        auto prefix = filter::parse_operand_prefix(text);
        if (!prefix) {
            if (first_error.empty()) first_error = prefix.error().message;
            break;
        }
        auto value = field::Expression::compile(*prefix->operand);
        if (value) return ParsedToken{std::move(*value), prefix->length};
        if (first_error.empty()) first_error = value.error().message;
        const bool is_name = prefix->shorter < prefix->length && text[prefix->length - 1] != ']';
        text = text.substr(0, is_name ? std::min(prefix->shorter, longest_name) : prefix->shorter);
    }
    return tl::unexpected("unknown filter: " + first_error);
}

bool is_integer_text(PrintFormat format) {
    return format == PrintFormat::Hex || format == PrintFormat::Oct || format == PrintFormat::TenPad;
}

nlohmann::json to_json(const Value& value, PrintFormat format) {
    using Form = Value::Form;
    switch (value.form) {
        case Form::None:
            return nullptr;
        case Form::Bool:
            return value.b;
        case Form::Double:
            return value.d;
        case Form::Int:
            if (!is_integer_text(format)) return value.i;
            break;
        case Form::Uint:
            if (!is_integer_text(format)) return value.u;
            break;
        case Form::List: {
            auto array = nlohmann::json::array();
            for (const Value& item : value.list) array.push_back(to_json(item, format));
            return array;
        }
        case Form::Text:
            return std::string(value.text);
        case Form::Bytes:
        case Form::Address:
            break;
    }
    std::string text;
    append_text(value, format, text);
    return text;
}

void add_field(const field::Field& field, field::Context& context, nlohmann::json& object) {
    if (object.contains(field.text)) return;
    Value value;
    const bool present = field::extract(field, context, value) == field::Presence::Present;
    object[field.text] = present ? to_json(value, field.format) : nlohmann::json(nullptr);
}

}  // namespace

tl::expected<Template, TemplateError> Template::compile(std::string_view text) {
    Template result;
    size_t at = 0, widths = 0;
    while (true) {
        const size_t percent = text.find('%', at);
        if (percent == std::string_view::npos) {
            result.tail_ = text.substr(at);
            return result;
        }
        Token token;
        token.literal = text.substr(at, percent - at);
        at = percent + 1;
        const char* end = text.data() + text.size();
        const auto width = std::from_chars(text.data() + at, end, token.width);
        if (width.ec == std::errc::result_out_of_range || token.width > 65535) {
            return tl::unexpected(TemplateError{percent, "invalid formatting syntax: width is larger than 65535"});
        }
        at = static_cast<size_t>(width.ptr - text.data());
        widths += token.width;
        if (widths > largest_width || result.tokens_.size() == most_tokens) {
            return tl::unexpected(TemplateError{
                percent,
                fmt::format("the output prints more than {} fields or {} bytes of width", most_tokens, largest_width)});
        }
        if (at == text.size()) {
            return tl::unexpected(TemplateError{percent, "invalid formatting syntax: formatting cannot end with a %"});
        }
        auto parsed = parse_token(text.substr(at));
        if (!parsed) return tl::unexpected(TemplateError{percent, parsed.error()});
        token.value = std::move(parsed->value);
        at += parsed->length;
        result.tokens_.push_back(std::move(token));
    }
}

void Template::fill(field::Context& context, std::string& out) const {
    for (const Token& token : tokens_) {
        out += token.literal;
        const size_t start = out.size();
        Value value;
        if (token.value.evaluate(context, value) == field::Presence::Present) {
            append_text(value, token.value.format(), out);
        } else {
            out += "<NA>";
        }
        if (token.width != 0) out.resize(start + token.width, ' ');
    }
    out += tail_;
}

void Template::fields(field::Context& context, nlohmann::json& object) const {
    std::vector<const field::Field*> names;
    collect(names);
    for (const field::Field* name : names) add_field(*name, context, object);
}

void Template::collect(std::vector<const field::Field*>& fields) const {
    for (const Token& token : tokens_) token.value.collect(fields);
}

}  // namespace bewit::alert
