// `bewit config show|schema`: the configuration in force with the origin of each value, and its JSON schema.
#include <cstdio>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>
#include <nlohmann/json.hpp>

#include "injector/config_catalogue.h"
#include "injector/configuration.h"
#include "injector/exit_status.h"
#include "injector/http/url.h"
#include "injector/message.h"
#include "injector/options.h"

namespace bewit {
namespace {

using nlohmann::ordered_json;

struct Options {
    CommandLine line;
    bool json = false;
};

ordered_json json_of(const YAML::Node& node, KeyType type, int depth = 0) {
    constexpr int deepest = 64;
    if (depth > deepest || node.IsNull() || !node.IsDefined()) return nullptr;
    if (node.IsSequence()) {
        ordered_json list = ordered_json::array();
        for (const YAML::Node& entry : node) list.push_back(json_of(entry, type, depth + 1));
        return list;
    }
    if (node.IsMap()) {
        ordered_json map = ordered_json::object();
        for (const auto& pair : node) map[pair.first.as<std::string>("")] = json_of(pair.second, type, depth + 1);
        return map;
    }
    bool flag = false;
    const bool may_be_flag = type == KeyType::Bool || type == KeyType::List;
    if (may_be_flag && YAML::convert<bool>::decode(node, flag)) return flag;
    uint64_t number = 0;
    if (type == KeyType::Number && YAML::convert<uint64_t>::decode(node, number)) return number;
    return node.Scalar();
}

// Passwords and tokens are not for terminals and logs.
void hide_secrets(std::string_view path, ordered_json& value) {
    const auto hide_in_url = [](ordered_json& text) {
        if (!text.is_string()) return;
        const auto url = http::parse_url(text.get<std::string>());
        if (url && (!url->credentials.empty() || url->target.find('?') != std::string::npos))
            text = url->printable() + " (the rest is hidden)";
    };
    if (path == "http_output.headers") {
        for (auto& header : value) header = "(hidden)";
    } else if (path == "alerts" && value.is_array()) {
        for (auto& destination : value) hide_in_url(destination);
    } else if (path == "alerts" || path == "http_output.url") {
        hide_in_url(value);
    }
}

// A key's value and origin; the value is null where there is none.
std::pair<ordered_json, std::string> value_of(const Configuration& configuration, const ConfigKey& key) {
    if (const ConfigValue* said = configuration.tree.find(key.path)) {
        ordered_json value = json_of(said->node, key.type);
        hide_secrets(key.path, value);
        return {std::move(value), said->origin};
    }
    // Other outputs stand instead of the default one.
    if (key.path == "alerts" && configuration.alerts.empty())
        return {ordered_json::array(), "default, since another output is enabled"};
    return {key.initial.empty() ? ordered_json(nullptr) : ordered_json::parse(key.initial), "default"};
}

std::string dumped(const ordered_json& value) {
    return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

int show(const Options& options) {
    const auto configuration = read_configuration(options.line);
    if (!configuration) {
        error(configuration.error());
        return failed;
    }
    for (const std::string& text : configuration->warnings) warning(text);
    ordered_json all = ordered_json::object();
    for (const ConfigKey& key : config_keys()) {
        if (!key.has_meaning()) continue;
        auto [value, origin] = value_of(*configuration, key);
        if (options.json) {
            all[std::string(key.path)] = {{"value", value}, {"origin", origin}};
        } else if (!value.is_null()) {
            fmt::print("{:<60} # {}\n", fmt::format("{}: {}", key.path, dumped(value)), origin);
        }
    }
    if (options.json) fmt::print("{}\n", all.dump(2, ' ', false, ordered_json::error_handler_t::replace));
    return 0;
}

}  // namespace

void add_config(CLI::App& program, int& status) {
    auto options = std::make_shared<Options>();
    CLI::App* config = program.add_subcommand("config", "the configuration: what is in force and why, and its schema");
    set_examples(*config,
                 "  bewit config show                                every value and where it comes from\n"
                 "  bewit config show -c falco.yaml -o priority=error --json\n"
                 "  bewit config schema > bewit.schema.json          for editors and validators\n");
    config->require_subcommand(1);
    CLI::App* shown =
        config->add_subcommand("show", "the configuration in force with the origin of each value; secrets are hidden");
    add_rule_options(*shown, options->line);
    add_alert_options(*shown, options->line);
    shown->add_flag("--json", options->json, "as JSON: {KEY: {value, origin}}");
    shown->callback([options, &status] { status = show(*options); });
    config->add_subcommand("schema", "the JSON schema of the configuration file")->callback([] {
        fmt::print("{}\n", config_schema());
    });
}

}  // namespace bewit
