#include "injector/patch/value_text.h"

#include <algorithm>

#include "injector/patch/yaml_scalar.h"

namespace bewit::patch {
namespace {

std::string json_text(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool is_words(const Json& value) {
    return value.is_array() &&
           std::none_of(value.begin(), value.end(), [](const Json& item) { return item.is_structured(); });
}

std::string scalar_text(const Json& value) {
    return value.is_string() ? quoted_scalar(value.get_ref<const std::string&>()) : json_text(value);
}

// What fits behind a colon or a dash.
bool is_inline(const Json& value) { return !value.is_structured() || value.empty() || is_words(value); }

std::string inline_text(const Json& value) {
    if (is_words(value)) return flow_text(value, {});
    return value.is_structured() ? json_text(value) : scalar_text(value);
}

}  // namespace

std::string flow_text(const Json& value, const FlowStyle& style) {
    if (!value.is_structured() || value.empty()) return json_text(value);
    FlowStyle inner = style;
    inner.multi_line = style.multi_line && !is_words(value);
    inner.indent += style.unit;
    const std::string separator = inner.multi_line ? style.line_end + inner.indent : "";
    const std::string comma = inner.multi_line ? "," + separator : style.spaced ? ", " : ",";
    std::string text(1, value.is_object() ? '{' : '[');
    text += separator;
    bool first = true;
    for (const auto& [key, item] : value.items()) {
        if (!first) text += comma;
        first = false;
        if (value.is_object()) text += json_text(key) + (style.spaced ? ": " : ":");
        text += flow_text(item, inner);
    }
    if (inner.multi_line) text += style.line_end + style.indent;
    return text + (value.is_object() ? '}' : ']');
}

std::string block_pair(const std::string& key, const Json& value, size_t indent, const std::string& line_end) {
    const std::string name = quoted_scalar(key) + ":";
    if (is_inline(value)) return name + " " + inline_text(value);
    const size_t inner = indent + 2;
    return name + line_end + std::string(inner, ' ') + block_text(value, inner, line_end);
}

std::string block_text(const Json& value, size_t indent, const std::string& line_end) {
    if (is_inline(value)) return inline_text(value);
    std::string text;
    for (const auto& [key, item] : value.items()) {
        if (!text.empty()) text += line_end + std::string(indent, ' ');
        text +=
            value.is_object() ? block_pair(key, item, indent, line_end) : "- " + block_text(item, indent + 2, line_end);
    }
    return text;
}

}  // namespace bewit::patch
