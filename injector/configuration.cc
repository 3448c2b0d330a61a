#include "injector/configuration.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>

#include <fmt/format.h>

#include "injector/text_file.h"

namespace bewit {
namespace {

namespace fs = std::filesystem;

using Outcome = ConfigTree::Outcome;

struct BadValue {
    YAML::Mark mark;
    std::string message;
};

template <class T>
T as(const YAML::Node& node, std::string_view key, std::string_view expected) {
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

// `rules:` of falco.yaml: what to enable or disable, by name or by tag.
void set_rule_selection(Configuration& configuration, const YAML::Node& node) {
    for (const YAML::Node& entry : node) {
        const YAML::Node disable = entry["disable"];
        if (!disable) continue;
        if (disable["rule"])
            configuration.selection.disabled_rules.push_back(as_text(disable["rule"], "rules[].disable.rule"));
        if (disable["tag"])
            configuration.selection.disabled_tags.push_back(as_text(disable["tag"], "rules[].disable.tag"));
    }
}

std::string extra_fields_text(const YAML::Node& fields) {
    std::string text;
    for (const YAML::Node& field : fields) {
        if (field.IsScalar()) {
            text += fmt::format(" {0}=%{0}", as_text(field, "append_output[].extra_fields"));
        } else {
            for (const auto& pair : field)
                text += fmt::format(" {}={}", as_text(pair.first, "key"), as_text(pair.second, "extra_fields"));
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
    if (entry["suggested_output"])
        result.suggested_output = as_bool(entry["suggested_output"], "append_output[].suggested_output");
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

// The values of keys whose type was checked when they were applied.
class Reader {
public:
    explicit Reader(const ConfigTree& tree) : tree_(tree) {}

    bool flag(std::string_view path, bool otherwise) const { return get(path, otherwise); }
    size_t number(std::string_view path, size_t otherwise) const { return get(path, otherwise); }
    std::string text(std::string_view path, std::string otherwise = "") const {
        return get(path, std::move(otherwise));
    }
    std::vector<std::string> texts(std::string_view path) const {
        const ConfigValue* value = tree_.find(path);
        return value == nullptr ? std::vector<std::string>{} : as_texts(value->node, path);
    }
    template <class Set>
    void with(std::string_view path, Set set) const {
        if (const ConfigValue* value = tree_.find(path)) set(value->node);
    }

private:
    template <class T>
    T get(std::string_view path, T otherwise) const {
        const ConfigValue* value = tree_.find(path);
        return value == nullptr ? otherwise : value->node.as<T>(otherwise);
    }

    const ConfigTree& tree_;
};

// As in Falco, what a file lists and is not there is left out with a warning, unless nothing would be left.
void leave_out_missing(Configuration& configuration, const std::string& key) {
    const ConfigValue* said = configuration.tree.find(key);
    if (said == nullptr || !said->from_file) return;
    std::vector<std::string> there;
    std::error_code ignored;
    for (const std::string& path : configuration.rules) {
        if (path == "builtin" || fs::exists(path, ignored)) there.push_back(path);
    }
    if (there.empty()) return;
    for (const std::string& path : configuration.rules) {
        if (std::find(there.begin(), there.end(), path) == there.end()) {
            configuration.warnings.push_back(
                fmt::format("{}: {} is not there, its rules are left out", said->origin, path));
        }
    }
    configuration.rules = std::move(there);
}

void read_rules(Configuration& configuration, const Reader& reader) {
    const std::string key = configuration.tree.find("rules_files") == nullptr ? "rules_file" : "rules_files";
    configuration.rules = reader.texts(key);
    leave_out_missing(configuration, key);
    if (configuration.rules.empty()) configuration.rules = {"builtin"};
    match::Options& selection = configuration.selection;
    reader.with("rules", [&](const YAML::Node& node) { set_rule_selection(configuration, node); });
    rule::parse_priority(reader.text("priority", "debug"), selection.least_priority);
    selection.matching = reader.text("rule_matching") == "all" ? match::RuleMatching::All : match::RuleMatching::First;
    configuration.resolve_names = reader.flag("resolve_names", false);
    configuration.on_error = reader.text("on_error") == "continue" ? OnError::Continue : OnError::Stop;
}

void read_shape(Configuration& configuration, const Reader& reader) {
    configuration.format = reader.flag("json_output", true) ? AlertFormat::Json : AlertFormat::Text;
    configuration.shape = {.output = reader.flag("json_include_output_property", true),
                           .message = reader.flag("json_include_message_property", false),
                           .output_fields = reader.flag("json_include_output_fields_property", true),
                           .tags = reader.flag("json_include_tags_property", true),
                           .iso_time = reader.flag("time_format_iso_8601", false)};
    reader.with("append_output", [&](const YAML::Node& node) { set_append_output(configuration, node); });
    reader.with("static_fields", [&](const YAML::Node& node) {
        configuration.static_fields = as<std::map<std::string, std::string>>(node, "static_fields", "a map of texts");
    });
}

void read_http(HttpOutput& http, const Reader& reader) {
    http.user_agent = reader.text("http_output.user_agent", http.user_agent);
    http.insecure = reader.flag("http_output.insecure", false);
    http.trust = {.ca_cert = reader.text("http_output.ca_cert"),
                  .ca_bundle = reader.text("http_output.ca_bundle"),
                  .ca_path = reader.text("http_output.ca_path")};
    http.mtls = reader.flag("http_output.mtls", false);
    http.client_cert = reader.text("http_output.client_cert");
    http.client_key = reader.text("http_output.client_key");
    http.echo = reader.flag("http_output.echo", false);
    http.compress_uploads = reader.flag("http_output.compress_uploads", false);
    http.keep_alive = reader.flag("http_output.keep_alive", true);
    http.attempts =
        static_cast<unsigned>(std::max<size_t>(1, reader.number("http_output.max_consecutive_timeouts", 5)));
    reader.with("http_output.headers", [&](const YAML::Node& node) {
        for (const auto& pair : node)
            http.headers.emplace_back(as_text(pair.first, "http_output.headers"),
                                      as_text(pair.second, "http_output.headers"));
    });
}

// What the enabled section `name` needs: the value of `key` in it.
std::string needed(const Reader& reader, const std::string& name, const std::string& key) {
    std::string value = reader.text(name + "." + key);
    if (value.empty()) throw BadValue{YAML::Mark::null_mark(), fmt::format("{} is enabled and has no {}", name, key)};
    return value;
}

void read_outputs(Configuration& configuration, const Reader& reader) {
    if (const size_t capacity = reader.number("outputs_queue.capacity", 0); capacity != 0)
        configuration.queue_capacity = capacity;
    configuration.alerts = reader.texts("alerts");
    if (reader.flag("stdout_output.enabled", false)) configuration.alerts.emplace_back("stdout");
    if (reader.flag("file_output.enabled", false)) {
        configuration.file = {.path = needed(reader, "file_output", "filename"),
                              .keep_open = reader.flag("file_output.keep_alive", false)};
    }
    if (reader.flag("program_output.enabled", false)) {
        configuration.program = {.command = needed(reader, "program_output", "program"),
                                 .keep_alive = reader.flag("program_output.keep_alive", false)};
    }
    configuration.syslog = reader.flag("syslog_output.enabled", false);
    read_http(configuration.http, reader);
    if (reader.flag("http_output.enabled", false)) configuration.http.url = needed(reader, "http_output", "url");
    const bool elsewhere =
        configuration.file || configuration.program || configuration.syslog || !configuration.http.url.empty();
    if (configuration.alerts.empty() && !elsewhere) configuration.alerts = {"stderr"};
}

void read_metrics(MetricsOptions& metrics, const Reader& reader) {
    metrics.enabled = reader.flag("metrics.enabled", false);
    const std::string interval = reader.text("metrics.interval", "1h");
    const auto parsed = parse_interval(interval);
    if (!parsed)
        throw BadValue{
            YAML::Mark::null_mark(),
            fmt::format("metrics.interval: '{}' is no duration: write 1h30m, 15s, or 100ms at least", interval)};
    metrics.interval_ns = *parsed;
    metrics.as_alert = reader.flag("metrics.output_rule", true);
    metrics.file = reader.text("metrics.output_file");
    metrics.rules = reader.flag("metrics.rules_counters_enabled", true);
    metrics.resources = reader.flag("metrics.resource_utilization_enabled", true);
    metrics.memory_in_mb = reader.flag("metrics.convert_memory_to_mb", true);
    metrics.with_zeros = reader.flag("metrics.include_empty_values", false);
}

void read_container(Configuration& configuration, const Reader& reader) {
    reader.with("plugins", [&](const YAML::Node& node) { set_plugins(configuration, node); });
    YAML::Node said(YAML::NodeType::Map);
    for (const std::string key : {"id", "name", "image", "privileged"}) {
        reader.with("container." + key, [&](const YAML::Node& node) { said[key] = node; });
    }
    if (said.size() != 0) set_container(configuration, said);
}

Outcome apply_file(ConfigTree& tree, const std::string& path, bool append) {
    const auto text = read_text_file(path);
    if (!text)
        return tl::unexpected(fmt::format("the configuration {} cannot be read: {}", path, std::strerror(errno)));
    return tree.apply_text(*text, path, append);
}

// A path, or {path:, strategy: append|override|add-only}; a directory stands for its files by name. What is not there
// is left out, as in Falco.
Outcome apply_more_files(ConfigTree& tree) {
    const ConfigValue* more = tree.find("config_files");
    if (more == nullptr) return {};
    for (const YAML::Node& entry : YAML::Clone(more->node)) {
        const std::string path = entry.IsMap() ? entry["path"].as<std::string>("") : entry.as<std::string>("");
        const bool append = !entry.IsMap() || entry["strategy"].as<std::string>("append") == "append";
        std::error_code failure;
        std::vector<std::string> files;
        if (fs::is_directory(path, failure)) {
            for (const auto& file : fs::directory_iterator(path, failure)) {
                if (file.path().extension() == ".yaml" || file.path().extension() == ".yml")
                    files.push_back(file.path());
            }
            std::sort(files.begin(), files.end());
        } else if (fs::exists(path, failure)) {
            files.push_back(path);
        }
        for (const std::string& file : files) {
            if (auto applied = apply_file(tree, file, append); !applied) return applied;
        }
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

// --alerts: these, and no output that only the file or the environment enables.
void set_alerts(ConfigTree& tree, const std::vector<std::string>& destinations) {
    for (const char* section : {"stdout_output", "file_output", "syslog_output", "program_output", "http_output"}) {
        const std::string enabled = fmt::format("{}.enabled", section);
        const ConfigValue* said = tree.find(enabled);
        if (said != nullptr && said->origin != "-o") tree.set(enabled, YAML::Node(false), "--alerts");
    }
    tree.set("alerts", YAML::Node(destinations), "--alerts");
}

Outcome apply_options(ConfigTree& tree, const CommandLine& line) {
    if (!line.alerts.empty()) set_alerts(tree, line.alerts);
    if (!line.rules.empty()) tree.set("rules_files", YAML::Node(line.rules), "-r");
    if (!line.format.empty()) tree.set("json_output", YAML::Node(line.format == "json"), "--format");
    if (!line.on_error.empty()) tree.set("on_error", YAML::Node(line.on_error), "--on-error");
    if (line.priority.empty()) return {};
    const YAML::Node priority(line.priority);
    if (const std::string wrong = complaint(*find_config_key("priority"), priority); !wrong.empty())
        return tl::unexpected("--priority: " + wrong);
    tree.set("priority", priority, "--priority");
    return {};
}

Outcome gather(ConfigTree& tree, const CommandLine& line) {
    if (const std::string path = configuration_file(line); !path.empty()) {
        if (auto applied = apply_file(tree, path, false); !applied) return applied;
        if (auto applied = apply_more_files(tree); !applied) return applied;
    }
    if (auto applied = tree.apply_environment(); !applied) return applied;
    if (const char* rules = std::getenv("BEWIT_RULES"); rules != nullptr && *rules != '\0') {
        tree.set("rules_files", YAML::Node(split_colons(rules)), "environment BEWIT_RULES");
    }
    for (const std::string& setting : line.settings) {
        if (auto applied = tree.apply_setting(setting); !applied) return applied;
    }
    return apply_options(tree, line);
}

}  // namespace

tl::expected<Configuration, std::string> read_configuration(const CommandLine& line) {
    Configuration configuration;
    if (auto gathered = gather(configuration.tree, line); !gathered) return tl::unexpected(gathered.error());
    configuration.warnings = configuration.tree.warnings();
    const auto misplaced = [](const YAML::Mark& mark, const std::string& message) {
        return tl::unexpected(mark.is_null() ? "the configuration: " + message
                                             : fmt::format("the configuration, line {}: {}", mark.line + 1, message));
    };
    try {
        const Reader reader(configuration.tree);
        read_rules(configuration, reader);
        read_shape(configuration, reader);
        read_outputs(configuration, reader);
        read_container(configuration, reader);
        read_metrics(configuration.metrics, reader);
    } catch (const BadValue& bad) {
        return misplaced(bad.mark, bad.message);
    } catch (const YAML::Exception& bad) {
        return misplaced(bad.mark, bad.msg);
    }
    match::Options& selection = configuration.selection;
    selection.disabled_tags.insert(selection.disabled_tags.end(), line.disabled_tags.begin(), line.disabled_tags.end());
    selection.only_tags = line.only_tags;
    selection.disabled_rules.insert(selection.disabled_rules.end(), line.disabled_rules.begin(),
                                    line.disabled_rules.end());
    return configuration;
}

}  // namespace bewit
