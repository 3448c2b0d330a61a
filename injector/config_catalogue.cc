#include "injector/config_catalogue.h"

#include <algorithm>
#include <array>
#include <sstream>

#include <nlohmann/json.hpp>

namespace bewit {
namespace {

constexpr std::string_view priorities = "emergency|alert|critical|error|warning|notice|informational|info|debug";

constexpr auto keys = std::to_array<ConfigKey>({
    {"rules_files", KeyType::Texts, R"(["builtin"])",
     "rule files and directories in order; builtin names the rules inside the program"},
    {"rules_file", KeyType::Texts, "", "an older name of rules_files"},
    {"rules", KeyType::List, "[]", "rules to disable: {disable: {rule: WILDCARD}} or {disable: {tag: TAG}}"},
    {"priority", KeyType::Text, R"("debug")", "least priority that is loaded", priorities},
    {"rule_matching", KeyType::Text, R"("first")", "whether an event raises the first rule that matches it, or all",
     "first|all"},
    {"on_error", KeyType::Text, R"("stop")",
     "when monitoring cannot start: do not start the workload, or run it unwatched", "stop|continue"},
    {"alerts", KeyType::Texts, R"(["stderr"])",
     "where alerts go: stderr, stdout, a path, fd:N, unix:PATH, http(s)://...; the default holds when no output is "
     "enabled"},
    {"json_output", KeyType::Bool, "true", "alerts as JSON, one object a line, or as text"},
    {"json_include_output_property", KeyType::Bool, "true", "the whole text of the alert, as `output`"},
    {"json_include_message_property", KeyType::Bool, "false", "the text without time and priority, as `message`"},
    {"json_include_output_fields_property", KeyType::Bool, "true", "the fields, as `output_fields`"},
    {"json_include_tags_property", KeyType::Bool, "true", "the rule's tags, as `tags`"},
    {"time_format_iso_8601", KeyType::Bool, "false", "times in texts as ISO 8601 in UTC"},
    {"append_output", KeyType::List, R"([{"suggested_output":true}])",
     "text and fields added to the outputs of rules: match, extra_output, extra_fields, suggested_output"},
    {"static_fields", KeyType::Map, "{}", "constants added to the fields of every alert"},
    {"outputs_queue.capacity", KeyType::Number, "0",
     "alerts that may wait for each output; what does not fit is dropped and counted; 0: 8192"},
    {"stdout_output.enabled", KeyType::Bool, "false", "alerts on standard output"},
    {"file_output.enabled", KeyType::Bool, "false", "alerts in a file"},
    {"file_output.keep_alive", KeyType::Bool, "false", "keep it open, and open it anew when it was renamed or removed"},
    {"file_output.filename", KeyType::Text, "", "the file; appended to"},
    {"syslog_output.enabled", KeyType::Bool, "false", "alerts to /dev/log, facility user"},
    {"program_output.enabled", KeyType::Bool, "false", "alerts on the input of a program"},
    {"program_output.keep_alive", KeyType::Bool, "false", "one process for all alerts instead of one each"},
    {"program_output.program", KeyType::Text, "", "a command for /bin/sh"},
    {"http_output.enabled", KeyType::Bool, "false", "alerts as HTTP POST requests, one each"},
    {"http_output.url", KeyType::Text, "", "http:// or https://; user:password@ is basic authentication"},
    {"http_output.user_agent", KeyType::Text, R"("falcosecurity/falco")", "the User-Agent header"},
    {"http_output.headers", KeyType::Map, "{}", "more headers, for example Authorization"},
    {"http_output.insecure", KeyType::Bool, "false", "verify neither the server's certificate nor its name"},
    {"http_output.ca_cert", KeyType::Text, "", "a file of certificates that are trusted"},
    {"http_output.ca_bundle", KeyType::Text, "", "a file of certificates that are trusted"},
    {"http_output.ca_path", KeyType::Text, "", "a directory of certificates that are trusted, named by hash"},
    {"http_output.mtls", KeyType::Bool, "false", "show a certificate to the server"},
    {"http_output.client_cert", KeyType::Text, "", "the certificate, PEM"},
    {"http_output.client_key", KeyType::Text, "", "its key, PEM"},
    {"http_output.echo", KeyType::Bool, "false", "say what the server answers (with -v)"},
    {"http_output.compress_uploads", KeyType::Bool, "false", "gzip"},
    {"http_output.keep_alive", KeyType::Bool, "true", "keep the connection"},
    {"http_output.max_consecutive_timeouts", KeyType::Number, "5", "how often an alert is tried before it is given up"},
    {"container.id", KeyType::Text, "", "the container, where it cannot be found out"},
    {"container.name", KeyType::Text, "", "its name"},
    {"container.image", KeyType::Text, "", "its image"},
    {"container.privileged", KeyType::Bool, "", "whether it is privileged"},
    {"metrics.enabled", KeyType::Bool, "false",
     "snapshots of what bewit did, with the first event after each interval and at the end"},
    {"metrics.interval", KeyType::Text, R"("1h")", "as Prometheus writes durations: 1h30m, 15s, 100ms at least"},
    {"metrics.output_rule", KeyType::Bool, "true", "as alerts of the rule `Falco internal: metrics snapshot`"},
    {"metrics.output_file", KeyType::Text, "", "as lines of JSON in this file"},
    {"metrics.rules_counters_enabled", KeyType::Bool, "true", "alerts by rule"},
    {"metrics.resource_utilization_enabled", KeyType::Bool, "true", "bewit's own processor time and memory"},
    {"metrics.convert_memory_to_mb", KeyType::Bool, "true", "memory in MiB instead of KiB"},
    {"metrics.include_empty_values", KeyType::Bool, "false", "counters that are zero, too"},
    {"resolve_names", KeyType::Bool, "false",
     "ask name servers for the host names in rules; /etc/hosts is read either way"},
    {"config_files", KeyType::List, "[]", "more configuration files and directories, read after this one"},
    {"plugins", KeyType::List, "[]",
     "of the plugins of falco.yaml, the static engine of `container` names the container"},
    // Of falco.yaml, without a meaning here.
    {"base_syscalls", KeyType::Any, "", ""},
    {"buffer_format_base64", KeyType::Any, "", ""},
    {"buffered_outputs", KeyType::Any, "", ""},
    {"capture", KeyType::Any, "", ""},
    {"engine", KeyType::Any, "", ""},
    {"falco_libs", KeyType::Any, "", ""},
    {"libs_logger", KeyType::Any, "", ""},
    {"load_plugins", KeyType::Any, "", ""},
    {"log_level", KeyType::Any, "", ""},
    {"log_stderr", KeyType::Any, "", ""},
    {"log_syslog", KeyType::Any, "", ""},
    {"metrics.state_counters_enabled", KeyType::Any, "", ""},
    {"metrics.kernel_event_counters_enabled", KeyType::Any, "", ""},
    {"metrics.kernel_event_counters_per_cpu_enabled", KeyType::Any, "", ""},
    {"metrics.kernel_iter_event_counters_enabled", KeyType::Any, "", ""},
    {"metrics.libbpf_stats_enabled", KeyType::Any, "", ""},
    {"metrics.plugins_metrics_enabled", KeyType::Any, "", ""},
    {"metrics.jemalloc_stats_enabled", KeyType::Any, "", ""},
    {"output_timeout", KeyType::Any, "", ""},
    {"plugins_hostinfo", KeyType::Any, "", ""},
    {"syscall_event_drops", KeyType::Any, "", ""},
    {"syscall_event_timeouts", KeyType::Any, "", ""},
    {"watch_config_files", KeyType::Any, "", ""},
    {"webserver", KeyType::Any, "", ""},
});

nlohmann::ordered_json type_schema(const ConfigKey& key) {
    nlohmann::ordered_json schema;
    switch (key.type) {
        case KeyType::Bool:
            schema["type"] = "boolean";
            break;
        case KeyType::Number:
            schema["type"] = "integer";
            schema["minimum"] = 0;
            break;
        case KeyType::Text:
            schema["type"] = "string";
            break;
        case KeyType::Texts:
            schema = {{"type", {"string", "array"}}, {"items", {{"type", "string"}}}};
            break;
        case KeyType::List:
            schema["type"] = "array";
            break;
        case KeyType::Map:
            schema["type"] = "object";
            break;
        case KeyType::Any:
            break;
    }
    if (!key.choices.empty()) {
        std::istringstream words{std::string(key.choices)};
        for (std::string word; std::getline(words, word, '|');) schema["enum"].push_back(word);
    }
    schema["description"] =
        key.has_meaning() ? key.text : "a key of falco.yaml that is accepted and has no meaning here";
    if (!key.initial.empty()) schema["default"] = nlohmann::ordered_json::parse(key.initial);
    return schema;
}

}  // namespace

std::span<const ConfigKey> config_keys() { return keys; }

const ConfigKey* find_config_key(std::string_view path) {
    const auto found = std::find_if(keys.begin(), keys.end(), [&](const ConfigKey& key) { return key.path == path; });
    return found == keys.end() ? nullptr : &*found;
}

bool is_config_section(std::string_view path) {
    return std::any_of(keys.begin(), keys.end(), [&](const ConfigKey& key) {
        return key.path.size() > path.size() && key.path.starts_with(path) && key.path[path.size()] == '.';
    });
}

std::string config_schema() {
    nlohmann::ordered_json root = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                                   {"title", "bewit's configuration"},
                                   {"type", "object"}};
    for (const ConfigKey& key : keys) {
        nlohmann::ordered_json* object = &root;
        std::string_view rest = key.path;
        for (size_t dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
            object = &(*object)["properties"][std::string(rest.substr(0, dot))];
            (*object)["type"] = "object";
            rest.remove_prefix(dot + 1);
        }
        (*object)["properties"][std::string(rest)] = type_schema(key);
    }
    return root.dump(2);
}

}  // namespace bewit
