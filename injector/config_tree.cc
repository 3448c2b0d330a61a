#include "injector/config_tree.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>

namespace bewit {
namespace {

// Deeper than any configuration; yaml-cpp itself limits what it parses.
constexpr int deepest = 64;

struct BadValue {
    YAML::Mark mark;
    std::string message;
};

std::string place_of(const std::string& name, const YAML::Mark& mark) {
    return mark.is_null() ? name : fmt::format("{}:{}:{}", name, mark.line + 1, mark.column + 1);
}

template <class T>
bool is_a(const YAML::Node& node) {
    T ignored{};
    return node.IsScalar() && YAML::convert<T>::decode(node, ignored);
}

bool all_texts(const YAML::Node& node) {
    return std::all_of(node.begin(), node.end(), [](const YAML::Node& entry) { return entry.IsScalar(); });
}

bool is_one_of(std::string text, std::string_view choices) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
    while (!choices.empty()) {
        const size_t end = std::min(choices.find('|'), choices.size());
        if (choices.substr(0, end) == text) return true;
        choices.remove_prefix(std::min(end + 1, choices.size()));
    }
    return false;
}

std::string spelled(std::string_view choices) {
    std::string text(choices);
    for (size_t bar = text.find('|'); bar != std::string::npos; bar = text.find('|', bar)) text.replace(bar, 1, ", ");
    if (const size_t last = text.rfind(", "); last != std::string::npos) text.replace(last, 2, " or ");
    return text;
}

std::string expanded(const std::string& text) {
    std::string out;
    for (size_t i = 0; i < text.size();) {
        const bool escaped = text.compare(i, 3, "$${") == 0;
        const size_t end = !escaped && text.compare(i, 2, "${") == 0 ? text.find('}', i) : std::string::npos;
        if (escaped) {
            out += "${";
            i += 3;
        } else if (end != std::string::npos) {
            const char* value = std::getenv(text.substr(i + 2, end - i - 2).c_str());
            out += value == nullptr ? "" : value;
            i = end + 1;
        } else {
            out += text[i++];
        }
    }
    return out;
}

// In place; nodes are shared, and the tree was parsed for this.
void expand(YAML::Node node, int depth = 0) {
    if (depth > deepest) throw BadValue{node.Mark(), "it is nested too deeply"};
    if (node.IsScalar()) {
        const std::string& text = node.Scalar();
        if (text.find("${") != std::string::npos) node = expanded(text);
    } else if (node.IsSequence()) {
        for (YAML::Node entry : node) expand(entry, depth + 1);
    } else if (node.IsMap()) {
        for (auto pair : node) expand(pair.second, depth + 1);
    }
}

YAML::Node joined(const YAML::Node& first, const YAML::Node& second) {
    YAML::Node list(YAML::NodeType::Sequence);
    for (const YAML::Node& part : {first, second}) {
        if (part.IsSequence()) {
            for (const YAML::Node& entry : part) list.push_back(entry);
        } else if (part.IsDefined() && !part.IsNull()) {
            list.push_back(part);
        }
    }
    return list;
}

YAML::Node replaced(const YAML::Node& list, size_t position, const YAML::Node& value) {
    YAML::Node copy(YAML::NodeType::Sequence);
    for (const YAML::Node& entry : list) copy.push_back(copy.size() == position ? value : entry);
    return copy;
}

// The key that `path` lies below, if there is one.
const ConfigKey* key_above(std::string_view path) {
    for (size_t dot = path.rfind('.'); dot != std::string_view::npos && dot != 0; dot = path.rfind('.', dot - 1)) {
        if (const ConfigKey* key = find_config_key(path.substr(0, dot))) return key;
    }
    return nullptr;
}

YAML::Node value_or_initial(const ConfigTree& tree, std::string_view path) {
    if (const ConfigValue* said = tree.find(path)) return said->node;
    const ConfigKey* key = find_config_key(path);
    return key == nullptr ? YAML::Node() : YAML::Load(std::string(key->initial));
}

std::string environment_name(std::string_view path) {
    std::string name = "BEWIT_";
    for (const char c : path) name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return name;
}

// Everything of yaml-cpp that throws is inside `work`.
template <class Work>
ConfigTree::Outcome guarded(const std::string& name, Work work) {
    try {
        work();
        return {};
    } catch (const BadValue& bad) {
        return tl::unexpected(fmt::format("{}: {}", place_of(name, bad.mark), bad.message));
    } catch (const YAML::Exception& bad) {
        return tl::unexpected(fmt::format("{}: {}", place_of(name, bad.mark), bad.msg));
    }
}

}  // namespace

std::string complaint(const ConfigKey& key, const YAML::Node& node) {
    if (node.IsNull()) return {};  // as if it were not there
    const auto must_be = [&](std::string_view what) { return fmt::format("{} must be {}", key.path, what); };
    if (!key.choices.empty() && (!node.IsScalar() || !is_one_of(node.Scalar(), key.choices))) {
        if (key.path == "priority" && node.IsScalar())
            return fmt::format("'{}' is no priority: write {}", node.Scalar(), spelled(key.choices));
        return must_be(spelled(key.choices));
    }
    switch (key.type) {
        case KeyType::Bool:
            return is_a<bool>(node) ? "" : must_be("true or false");
        case KeyType::Number:
            return is_a<uint32_t>(node) && !node.Scalar().starts_with('-') ? "" : must_be("a number");
        case KeyType::Text:
            return node.IsScalar() ? "" : must_be("a text");
        case KeyType::Texts:
            return node.IsScalar() || (node.IsSequence() && all_texts(node)) ? "" : must_be("a list of texts");
        case KeyType::List:
            return node.IsSequence() ? "" : must_be("a list");
        case KeyType::Map:
            return node.IsMap() ? "" : must_be("a map");
        case KeyType::Any:
            return {};
    }
    return {};
}

const ConfigValue* ConfigTree::find(std::string_view path) const {
    const auto found = values_.find(path);
    return found == values_.end() ? nullptr : &found->second;
}

void ConfigTree::set(std::string_view path, const YAML::Node& node, std::string origin, bool from_file) {
    // Assignment would change the old value for everyone who shares it.
    if (const auto before = values_.find(path); before != values_.end()) values_.erase(before);
    values_.emplace(std::string(path), ConfigValue{.node = node, .origin = std::move(origin), .from_file = from_file});
}

void ConfigTree::apply(const YAML::Node& node, const std::string& path, const std::string& name,
                       const std::string& origin, bool append) {
    if (const ConfigKey* key = find_config_key(path)) {
        if (const std::string wrong = complaint(*key, node); !wrong.empty()) throw BadValue{node.Mark(), wrong};
        if (node.IsNull()) return;
        const ConfigValue* before = append && node.IsSequence() ? find(path) : nullptr;
        const bool has_line = origin.empty();
        set(path, before != nullptr ? joined(before->node, node) : node,
            has_line ? fmt::format("{}:{}", name, node.Mark().line + 1) : origin, has_line);
        return;
    }
    if (node.IsNull()) return;
    if (!node.IsMap())
        throw BadValue{node.Mark(), path.empty() ? "the configuration must be a map of keys"
                                                 : fmt::format("{} must be a map", path)};
    for (const auto& pair : node) {
        if (!pair.first.IsScalar()) throw BadValue{pair.first.Mark(), "a key must be a text"};
        const std::string below = path.empty() ? pair.first.Scalar() : path + "." + pair.first.Scalar();
        if (find_config_key(below) != nullptr || is_config_section(below)) {
            apply(pair.second, below, name, origin, append);
        } else {
            warnings_.push_back(
                fmt::format("{}: unknown key '{}' is ignored", place_of(name, pair.first.Mark()), below));
        }
    }
}

ConfigTree::Outcome ConfigTree::apply_text(const std::string& text, const std::string& name, bool append) {
    return guarded(name, [&] {
        const YAML::Node root = YAML::Load(text);
        expand(root);
        apply(root, "", name, "", append);
    });
}

ConfigTree::Outcome ConfigTree::apply_environment() {
    for (const ConfigKey& key : config_keys()) {
        const std::string name = environment_name(key.path);
        // BEWIT_RULES lists rule files, as `-r` does; BEWIT_CONFIG_FILES, _ENGINE and the like have no meaning.
        if (key.path == "rules" || !key.has_meaning()) continue;
        const char* value = std::getenv(name.c_str());
        if (value == nullptr || *value == '\0') continue;
        const std::string place = "environment " + name;
        if (auto applied =
                guarded(place, [&] { apply(YAML::Load(value), std::string(key.path), place, place, false); });
            !applied)
            return applied;
    }
    return {};
}

ConfigTree::Outcome ConfigTree::apply_setting(const std::string& setting) {
    const std::string name = "-o " + setting.substr(0, setting.find('='));
    return guarded(name, [&] {
        const size_t equals = setting.find('=');
        if (equals == std::string::npos || equals == 0) throw BadValue{YAML::Mark::null_mark(), "write KEY=VALUE"};
        std::string path = setting.substr(0, equals);
        YAML::Node value = YAML::Load(setting.substr(equals + 1));
        if (const size_t bracket = path.rfind('['); bracket != std::string::npos && path.ends_with(']')) {
            const std::string_view digits = std::string_view(path).substr(bracket + 1, path.size() - bracket - 2);
            size_t position = 0;
            const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), position);
            const bool numbered = !digits.empty();
            path.resize(bracket);
            const YAML::Node list = joined(value_or_initial(*this, path), YAML::Node());
            if (numbered && (parsed.ptr != digits.data() + digits.size() || position >= list.size()))
                throw BadValue{YAML::Mark::null_mark(), "the list has no such entry"};
            value.reset(numbered ? replaced(list, position, value) : joined(list, value));
        }
        if (const ConfigKey* outer = key_above(path); outer != nullptr) {
            if (outer->type == KeyType::Any) return;
            if (outer->type == KeyType::Map) {
                const ConfigValue* before = find(outer->path);
                YAML::Node map = before == nullptr ? YAML::Node(YAML::NodeType::Map) : YAML::Clone(before->node);
                map[path.substr(outer->path.size() + 1)] = value;
                set(outer->path, map, "-o");
                return;
            }
        }
        if (find_config_key(path) == nullptr && !is_config_section(path)) {
            warnings_.push_back(fmt::format("-o: unknown key '{}' is ignored", path));
            return;
        }
        const ConfigKey* key = find_config_key(path);
        if (key != nullptr) {
            if (const std::string wrong = complaint(*key, value); !wrong.empty())
                throw BadValue{YAML::Mark::null_mark(), wrong};
        }
        apply(value, path, name, "-o", false);
    });
}

}  // namespace bewit
