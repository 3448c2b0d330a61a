#include "injector/configuration.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <string_view>

#include <fmt/format.h>

#include "injector/text_file.h"

namespace bewit {
namespace {

// Keys of falco.yaml that have no meaning inside one container: its drivers, its plugins, its server, its own log.
constexpr std::array<std::string_view, 24> ignored_keys = {
    "base_syscalls", "buffer_format_base64", "buffered_outputs", "capture", "config_files", "engine", "falco_libs", "http_output",
    "libs_logger", "load_plugins", "log_level", "log_stderr", "log_syslog", "metrics", "output_timeout", "plugins_hostinfo",
    "program_output", "rules_file", "syscall_event_drops", "syscall_event_timeouts", "syslog_output", "time_format_iso_8601",
    "watch_config_files", "webserver"};

struct BadValue {
    YAML::Mark mark;
    std::string message;
};

template <class T> T as(const YAML::Node& node, std::string_view key, std::string_view expected) {
    try {
        return node.as<T>();
    } catch (const YAML::Exception&) {
        throw BadValue{node.Mark(), fmt::format("{} must be {}", key, expected)};
    }
}

bool as_bool(const YAML::Node& node, std::string_view key) { return as<bool>(node, key, "true or false"); }
std::string as_text(const YAML::Node& node, std::string_view key) { return as<std::string>(node, key, "a text"); }

std::vector<std::string> as_texts(const YAML::Node& node, std::string_view key) {
    if (node.IsScalar()) return {as_text(node, key)};
    return as<std::vector<std::string>>(node, key, "a list of texts");
}

void set_priority(Configuration& configuration, const std::string& text, YAML::Mark mark) {
    if (!rule::parse_priority(text, configuration.selection.least_priority)) {
        throw BadValue{mark, fmt::format("'{}' is no priority: write emergency, alert, critical, error, warning, notice, informational or debug", text)};
    }
}

// `rules:` of falco.yaml: what to enable or disable, by name or by tag.
void set_rule_selection(Configuration& configuration, const YAML::Node& node) {
    for (const YAML::Node& entry : node) {
        const YAML::Node disable = entry["disable"];
        if (!disable) continue;
        if (disable["rule"]) configuration.selection.disabled_rules.push_back(as_text(disable["rule"], "rules[].disable.rule"));
        if (disable["tag"]) configuration.selection.disabled_tags.push_back(as_text(disable["tag"], "rules[].disable.tag"));
    }
}

std::string extra_fields_text(const YAML::Node& fields) {
    std::string text;
    for (const YAML::Node& field : fields) {
        if (field.IsScalar()) {
            text += fmt::format(" {0}=%{0}", as_text(field, "append_output[].extra_fields"));
        } else {
            for (const auto& pair : field) text += fmt::format(" {}={}", as_text(pair.first, "key"), as_text(pair.second, "extra_fields"));
        }
    }
    return text;
}

AppendOutput read_append_output(const YAML::Node& entry) {
    AppendOutput result;
    if (const YAML::Node match = entry["match"]) {
        if (match["source"]) result.source = as_text(match["source"], "append_output[].match.source");
        if (match["rule"]) result.rule = as_text(match["rule"], "append_output[].match.rule");
        if (match["tags"]) result.tags = as_texts(match["tags"], "append_output[].match.tags");
    }
    if (entry["extra_output"]) result.extra_output = as_text(entry["extra_output"], "append_output[].extra_output");
    if (entry["extra_fields"]) result.extra_output += extra_fields_text(entry["extra_fields"]);
    if (entry["suggested_output"]) result.suggested_output = as_bool(entry["suggested_output"], "append_output[].suggested_output");
    return result;
}

void set_append_output(Configuration& configuration, const YAML::Node& node) {
    configuration.append_output.clear();
    for (const YAML::Node& entry : node) configuration.append_output.push_back(read_append_output(entry));
}

// Adds to what is known already, so that one key at a time may be set on the command line.
void set_container(Configuration& configuration, const YAML::Node& node) {
    if (!configuration.container) configuration.container.emplace();
    StaticContainer& container = *configuration.container;
    const auto text = [&](std::string& value, const char* key, const char* falco_key) {
        if (node[key]) value = as_text(node[key], key);
        if (node[falco_key]) value = as_text(node[falco_key], falco_key);
    };
    text(container.id, "id", "container_id");
    text(container.name, "name", "container_name");
    text(container.image, "image", "container_image");
    if (node["privileged"]) container.privileged = as_bool(node["privileged"], "container.privileged");
}

// The container plugin's `static` engine is the one plugin setting that has a meaning here: it names the container.
void set_plugins(Configuration& configuration, const YAML::Node& node) {
    for (const YAML::Node& plugin : node) {
        if (!plugin["name"] || as_text(plugin["name"], "plugins[].name") != "container") continue;
        const YAML::Node init = plugin["init_config"];
        if (!init || !init.IsMap() || !init["engines"] || !init["engines"]["static"]) continue;
        const YAML::Node fixed = init["engines"]["static"];
        if (fixed["enabled"] && as_bool(fixed["enabled"], "static.enabled")) set_container(configuration, fixed);
    }
}

using Setter = std::function<void(Configuration&, const YAML::Node&)>;

const std::map<std::string_view, Setter>& setters() {
    static const std::map<std::string_view, Setter> table = {
        {"rules_files", [](Configuration& c, const YAML::Node& n) { c.rules = as_texts(n, "rules_files"); }},
        {"rules", set_rule_selection},
        {"priority", [](Configuration& c, const YAML::Node& n) { set_priority(c, as_text(n, "priority"), n.Mark()); }},
        {"rule_matching",
         [](Configuration& c, const YAML::Node& n) {
             const std::string text = as_text(n, "rule_matching");
             if (text != "first" && text != "all") throw BadValue{n.Mark(), "rule_matching must be first or all"};
             c.selection.matching = text == "all" ? match::RuleMatching::All : match::RuleMatching::First;
         }},
        {"json_output",
         [](Configuration& c, const YAML::Node& n) { c.format = as_bool(n, "json_output") ? AlertFormat::Json : AlertFormat::Text; }},
        {"json_include_tags_property", [](Configuration& c, const YAML::Node& n) { c.include_tags = as_bool(n, "json_include_tags_property"); }},
        {"json_include_output_property", [](Configuration&, const YAML::Node& n) { as_bool(n, "json_include_output_property"); }},
        {"json_include_message_property", [](Configuration&, const YAML::Node& n) { as_bool(n, "json_include_message_property"); }},
        {"json_include_output_fields_property",
         [](Configuration&, const YAML::Node& n) { as_bool(n, "json_include_output_fields_property"); }},
        {"append_output", set_append_output},
        {"static_fields",
         [](Configuration& c, const YAML::Node& n) {
             c.static_fields = as<std::map<std::string, std::string>>(n, "static_fields", "a map of texts");
         }},
        {"outputs_queue",
         [](Configuration& c, const YAML::Node& n) {
             if (!n["capacity"]) return;
             const auto capacity = as<size_t>(n["capacity"], "outputs_queue.capacity", "a number");
             if (capacity != 0) c.queue_capacity = capacity;
         }},
        {"stdout_output",
         [](Configuration& c, const YAML::Node& n) {
             if (n["enabled"] && as_bool(n["enabled"], "stdout_output.enabled")) c.alerts.emplace_back("stdout");
         }},
        {"file_output",
         [](Configuration& c, const YAML::Node& n) {
             if (n["enabled"] && as_bool(n["enabled"], "file_output.enabled") && n["filename"]) {
                 c.alerts.push_back(as_text(n["filename"], "file_output.filename"));
             }
         }},
        {"alerts", [](Configuration& c, const YAML::Node& n) { c.alerts = as_texts(n, "alerts"); }},
        {"container", set_container},
        {"plugins", set_plugins},
    };
    return table;
}

bool is_ignored(std::string_view key) { return std::find(ignored_keys.begin(), ignored_keys.end(), key) != ignored_keys.end(); }

// `place` names where the tree came from, as errors and warnings call it.
void apply(Configuration& configuration, const YAML::Node& root, const std::string& place) {
    if (root.IsNull()) return;
    if (!root.IsMap()) throw BadValue{root.Mark(), "the configuration must be a map of keys"};
    for (const auto& pair : root) {
        const auto key = as<std::string>(pair.first, "a key", "a text");
        const auto setter = setters().find(key);
        if (setter != setters().end()) {
            setter->second(configuration, pair.second);
        } else if (!is_ignored(key)) {
            configuration.warnings.push_back(fmt::format("{}: unknown key '{}' is ignored", place, key));
        }
    }
}

// `a.b=c` as the map {a: {b: c}}.
YAML::Node tree_of_setting(const std::string& setting) {
    const size_t equals = setting.find('=');
    if (equals == std::string::npos || equals == 0) throw BadValue{YAML::Mark::null_mark(), fmt::format("-o {}: write KEY=VALUE", setting)};
    YAML::Node node = YAML::Load(setting.substr(equals + 1));
    std::string path = setting.substr(0, equals);
    while (true) {
        const size_t dot = path.rfind('.');
        const std::string key = dot == std::string::npos ? path : path.substr(dot + 1);
        YAML::Node outer;
        outer[key] = node;
        node = outer;
        if (dot == std::string::npos) return node;
        path.resize(dot);
    }
}

std::string sentence(const std::string& place, const YAML::Mark& mark, const std::string& message) {
    if (mark.is_null()) return fmt::format("{}: {}", place, message);
    return fmt::format("{}:{}:{}: {}", place, mark.line + 1, mark.column + 1, message);
}

tl::expected<void, std::string> apply_file(Configuration& configuration, const std::string& path) {
    const auto text = read_text_file(path);
    if (!text) return tl::unexpected(fmt::format("the configuration {} cannot be read: {}", path, std::strerror(errno)));
    try {
        apply(configuration, YAML::Load(*text), path);
    } catch (const BadValue& bad) {
        return tl::unexpected(sentence(path, bad.mark, bad.message));
    } catch (const YAML::Exception& bad) {
        return tl::unexpected(sentence(path, bad.mark, bad.msg));
    }
    return {};
}

std::vector<std::string> split_colons(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const size_t colon = text.find(':');
        if (colon != 0) parts.emplace_back(text.substr(0, colon));
        text = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
    }
    return parts;
}

std::string configuration_file(const CommandLine& command_line) {
    if (!command_line.config_file.empty()) return command_line.config_file;
    if (const char* path = std::getenv("BEWIT_CONFIG"); path != nullptr && *path != '\0') return path;
    std::error_code ignored;
    constexpr const char* usual = "/etc/bewit/bewit.yaml";
    return std::filesystem::exists(usual, ignored) ? usual : "";
}

void apply_command_line(Configuration& configuration, const CommandLine& line) {
    const auto none = YAML::Mark::null_mark();
    for (const std::string& setting : line.settings) apply(configuration, tree_of_setting(setting), "-o " + setting);
    if (!line.rules.empty()) configuration.rules = line.rules;
    if (!line.alerts.empty()) configuration.alerts = line.alerts;
    if (!line.priority.empty()) set_priority(configuration, line.priority, none);
    if (!line.format.empty()) configuration.format = line.format == "text" ? AlertFormat::Text : AlertFormat::Json;
    if (!line.on_error.empty()) configuration.on_error = line.on_error == "continue" ? OnError::Continue : OnError::Stop;
    match::Options& selection = configuration.selection;
    selection.disabled_tags.insert(selection.disabled_tags.end(), line.disabled_tags.begin(), line.disabled_tags.end());
    selection.only_tags = line.only_tags;
    selection.disabled_rules.insert(selection.disabled_rules.end(), line.disabled_rules.begin(), line.disabled_rules.end());
}

}  // namespace

tl::expected<Configuration, std::string> read_configuration(const CommandLine& command_line) {
    Configuration configuration;
    if (const std::string path = configuration_file(command_line); !path.empty()) {
        if (auto applied = apply_file(configuration, path); !applied) return tl::unexpected(applied.error());
    }
    if (const char* rules = std::getenv("BEWIT_RULES"); rules != nullptr && *rules != '\0') configuration.rules = split_colons(rules);
    try {
        apply_command_line(configuration, command_line);
    } catch (const BadValue& bad) {
        return tl::unexpected(bad.message);
    } catch (const YAML::Exception& bad) {
        return tl::unexpected(fmt::format("-o: {}", bad.msg));
    }
    if (configuration.rules.empty()) configuration.rules = {"builtin"};
    if (configuration.alerts.empty()) configuration.alerts = {"stderr"};
    return configuration;
}

}  // namespace bewit
