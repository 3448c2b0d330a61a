#include "engine/rule/override.h"

#include <algorithm>

#include <fmt/format.h>

namespace bewit::rule {
namespace {

using Kind = YamlNode::Kind;

bool contains(const std::vector<std::string_view>& keys, std::string_view key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
}

std::string key_remedy(std::string_view key, const std::vector<std::string_view>& keys) {
    const std::string meant = nearest(key, keys);
    return meant.empty() ? "" : fmt::format("did you mean `{}`?", meant);
}

class OverrideReader {
public:
    OverrideReader(const Overridable& allowed, const Context& context, Report& report, Override& out)
        : allowed_(allowed), context_(context), report_(report), out_(out) {}

    bool read(const YamlNode& key_node, const YamlNode& operation_node) {
        std::string key, operation;
        if (!decode_word(key_node, context_, report_, key)) return false;
        if (!decode_word(operation_node, context_, report_, operation)) return false;
        if (operation == "append") return append(key, key_node);
        if (operation == "replace") return replace(key, key_node);
        return reject(key, operation, operation_node);
    }

private:
    bool append(const std::string& key, const YamlNode& node) {
        if (contains(allowed_.append, key)) {
            out_.append.insert(key);
            return true;
        }
        const Context step = report_.step(&context_, "overrides", key, node);
        return report_.fail(Code::ErrYamlValidate,
                            fmt::format("Key '{}' cannot be appended to, use 'replace' instead", key), &step,
                            key_remedy(key, allowed_.append));
    }

    bool replace(const std::string& key, const YamlNode& node) {
        if (contains(allowed_.replace, key)) {
            out_.replace.insert(key);
            return true;
        }
        const Context step = report_.step(&context_, "overrides", key, node);
        return report_.fail(Code::ErrYamlValidate, fmt::format("Key '{}' cannot be replaced", key), &step,
                            key_remedy(key, allowed_.replace));
    }

    bool reject(const std::string& key, const std::string& operation, const YamlNode& node) {
        const Context step = report_.step(&context_, "value for", key, node);
        return report_.fail(Code::ErrYamlValidate,
                            fmt::format("Invalid override operation for key '{}': '{}'. Allowed values are: {}{}", key,
                                        operation, contains(allowed_.append, key) ? "append " : "",
                                        contains(allowed_.replace, key) ? "replace " : ""),
                            &step, key_remedy(operation, {"append", "replace"}));
    }

    const Overridable& allowed_;
    const Context& context_;
    Report& report_;
    Override& out_;
};

}  // namespace

bool read_override(const ItemReader& reader, const Overridable& allowed, Override& out) {
    const YamlNode::Pair pair = reader.item().pair("override");
    if (pair.value == nullptr) return true;
    Report& report = reader.report();
    const Context context = report.step(&reader.context(), "overrides", "", pair.shown());
    const std::vector<const YamlNode*>& children = pair.value->children;
    if (pair.value->is(Kind::Sequence) && !children.empty()) {
        return report.fail(
            Code::ErrValidate,
            "invalid node; this may result from using a map iterator as a sequence iterator, or vice-versa", &context,
            "write `override:` with a line `KEY: append` or `KEY: replace` below for each key");
    }
    OverrideReader entries(allowed, context, report, out);
    for (size_t i = 0; i + 1 < children.size(); i += 2) {
        if (!entries.read(*children[i], *children[i + 1])) return false;
    }
    return true;
}

bool read_append_and_override(const ItemReader& reader, const Overridable& allowed, bool& append, Override& out) {
    if (!reader.read("append", append, Presence::Optional)) return false;
    if (append) {
        reader.warn(
            Code::DeprecatedItem,
            "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.");
    }
    if (!read_override(reader, allowed, out)) return false;
    if (!append || !out.any()) return true;
    return reader.fail(
        Code::ErrYamlValidate,
        "Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. 'condition: append') "
        "under 'override' instead.");
}

}  // namespace bewit::rule
