#include "engine/rule/item_reader.h"

#include <algorithm>
#include <array>
#include <sstream>

#include <fmt/format.h>

namespace bewit::rule {
namespace {

using Kind = YamlNode::Kind;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

// lower, Capitalised or UPPER; nothing between.
bool has_even_case(std::string_view text) {
    const auto uppers = static_cast<size_t>(std::count_if(text.begin(), text.end(), is_upper));
    return uppers == 0 || uppers == text.size() || (uppers == 1 && is_upper(text[0]));
}

}  // namespace

bool decode_bool(std::string_view text, bool& out) {
    static constexpr std::array<std::string_view, 4> yes = {"y", "yes", "true", "on"};
    static constexpr std::array<std::string_view, 4> no = {"n", "no", "false", "off"};
    if (text.empty() || !has_even_case(text)) return false;
    std::string folded(text);
    std::transform(folded.begin(), folded.end(), folded.begin(), lower);
    const bool is_yes = std::find(yes.begin(), yes.end(), folded) != yes.end();
    if (!is_yes && std::find(no.begin(), no.end(), folded) == no.end()) return false;
    out = is_yes;
    return true;
}

// The very stream extraction that YAML libraries use, so that the same spellings count as numbers.
bool decode_number(std::string_view text, uint32_t& out) {
    if (text.starts_with('-')) return false;
    std::istringstream stream{std::string(text)};
    stream.unsetf(std::ios::dec);
    uint32_t value = 0;
    if (!(stream >> std::noskipws >> value) || !(stream >> std::ws).eof()) return false;
    out = value;
    return true;
}

bool decode_word(const YamlNode& node, const Context& context, Report& report, std::string& out) {
    if (node.is(Kind::Null)) {
        out = "null";
        return true;
    }
    if (node.is(Kind::Scalar)) {
        out = node.scalar;
        return true;
    }
    const Context step = report.step(&context, "value for", "", node);
    return report.fail(
        Code::ErrValidate,
        fmt::format("yaml-cpp: error at line {}, column {}: bad conversion", node.line + 1, node.column + 1), &step,
        "a single word must stand here");
}

bool ItemReader::missing(std::string_view key, std::string_view value) const {
    std::vector<std::string_view> keys;
    for (size_t i = 0; i + 1 < item_.children.size(); i += 2) keys.push_back(item_.children[i]->scalar);
    const std::string meant = nearest(key, keys);
    return fail(Code::ErrYamlValidate, fmt::format("Item has no mapping for key '{}'", key),
                meant.empty() ? fmt::format("add `{}: {}` to the item", key, value)
                              : fmt::format("did you mean `{}` where it says `{}`?", key, meant));
}

ItemReader::Scalar ItemReader::scalar(std::string_view key, Presence presence) const {
    const YamlNode::Pair pair = item_.pair(key);
    const YamlNode* value = pair.value;
    if (value == nullptr) {
        if (presence != Presence::Required) return {};
        return {nullptr, missing(key, "...")};
    }
    const bool may_be_empty = presence == Presence::OptionalOrEmpty;
    const Context step = report_.step(&context_, "value for", key, pair.shown());
    if (value->is(Kind::Null)) {
        if (may_be_empty) return {};
        return {nullptr, report_.fail(Code::ErrYamlValidate, fmt::format("Mapping for key '{}' is empty", key), &step,
                                      fmt::format("write a value behind `{}:`, or leave the key out", key))};
    }
    if (!value->is(Kind::Scalar))
        return {nullptr, report_.fail(Code::ErrYamlValidate, "Value is not a scalar value", &step)};
    if (value->scalar.empty()) {
        if (may_be_empty) return {};
        return {nullptr, report_.fail(Code::ErrYamlValidate, "Value must be non-empty", &step)};
    }
    if (!report_.charge(1, value->scalar.size(), &step)) return {nullptr, false};
    return {value, true};
}

bool ItemReader::undecodable(std::string_view key, const YamlNode& node, std::string remedy) const {
    const Context step = report_.step(&context_, "value for", key, node);
    return report_.fail(Code::ErrYamlValidate, "Can't decode YAML scalar value", &step, std::move(remedy));
}

bool ItemReader::read(std::string_view key, std::string& out, Presence presence) const {
    const Scalar value = scalar(key, presence);
    if (value.node != nullptr) out = value.node->scalar;
    return value.ok;
}

bool ItemReader::read(std::string_view key, bool& out, Presence presence) const {
    const Scalar value = scalar(key, presence);
    if (value.node == nullptr || decode_bool(value.node->scalar, out)) return value.ok;
    return undecodable(key, *value.node, "write `true` or `false`");
}

bool ItemReader::read(std::string_view key, uint32_t& out, Presence presence) const {
    const Scalar value = scalar(key, presence);
    if (value.node == nullptr || decode_number(value.node->scalar, out)) return value.ok;
    return undecodable(key, *value.node, "write a whole number from 0 to 4294967295");
}

bool ItemReader::read(std::string_view key, std::vector<std::string>& out, Presence presence) const {
    const YamlNode::Pair pair = item_.pair(key);
    const YamlNode* value = pair.value;
    if (value == nullptr) {
        if (presence != Presence::Required) return true;
        return missing(key, "[...]");
    }
    const Context step = report_.step(&context_, "value for", key, pair.shown());
    if (!value->is(Kind::Sequence)) {
        return report_.fail(Code::ErrYamlValidate, "Value is not a sequence", &step,
                            fmt::format("write `{}: [a, b]`, or `{}: []` for none", key, key));
    }
    out.reserve(out.size() + value->children.size());
    for (const YamlNode* child : value->children) {
        const Context item_step = report_.step(&step, "list item", "", *child);
        if (!child->is(Kind::Scalar))
            return report_.fail(Code::ErrYamlValidate, "sequence value is not scalar", &item_step);
        if (!report_.charge(1, child->scalar.size(), &item_step)) return false;
        out.push_back(child->scalar);
    }
    return true;
}

bool ItemReader::warn_of_unknown_keys(const std::vector<std::string_view>& known) const {
    for (size_t i = 0; i + 1 < item_.children.size(); i += 2) {
        std::string key;
        if (!decode_word(*item_.children[i], context_, report_, key)) return false;
        if (std::find(known.begin(), known.end(), key) != known.end() || report_.is_full()) continue;
        const std::string meant = nearest(key, known);
        const Context step = report_.step(&context_, "value for", key, *item_.children[i]);
        report_.warn(Code::UnknownKey, fmt::format("Unknown key '{}'. The key will be ignored.", key), &step,
                     meant.empty() ? "" : fmt::format("did you mean `{}`?", meant));
    }
    return true;
}

}  // namespace bewit::rule
