#include "injector/configuration.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

namespace bewit {
namespace {

// A configuration file that goes with the test.
struct File {
    std::string path = [] {
        char name[] = "/tmp/bewit-config-XXXXXX";
        close(mkstemp(name));
        return std::string(name);
    }();
    explicit File(const std::string& text) { std::ofstream(path) << text; }
    ~File() { unlink(path.c_str()); }
};

Configuration read_ok(const CommandLine& line) {
    unsetenv("BEWIT_RULES");
    unsetenv("BEWIT_CONFIG");
    auto configuration = read_configuration(line);
    REQUIRE_MESSAGE(configuration.has_value(), (configuration ? "" : configuration.error()));
    return *configuration;
}

std::string read_error(const CommandLine& line) {
    const auto configuration = read_configuration(line);
    REQUIRE_FALSE(configuration.has_value());
    return configuration.error();
}

TEST_CASE("without anything said, the built-in rules alert in JSON on stderr") {
    const Configuration c = read_ok({});
    CHECK(c.rules == std::vector<std::string>{"builtin"});
    CHECK(c.alerts == std::vector<std::string>{"stderr"});
    CHECK(c.format == AlertFormat::Json);
    CHECK(c.selection.matching == match::RuleMatching::First);
    CHECK(c.on_error == OnError::Stop);
    REQUIRE(c.append_output.size() == 1);
    CHECK(c.append_output[0].suggested_output);
}

TEST_CASE("keys of falco.yaml mean what they mean to Falco") {
    const File file(
        "rules_files: [/etc, /tmp]\npriority: notice\nrule_matching: all\njson_output: "
        "false\njson_include_tags_property: false\n"
        "outputs_queue: {capacity: 5}\nstdout_output: {enabled: true}\nfile_output: {enabled: true, filename: /x}\n"
        "static_fields: {team: blue}\nrules:\n  - disable: {rule: 'Noisy*'}\n  - disable: {tag: network}\n"
        "append_output:\n  - match: {source: syscall, tags: [a]}\n    extra_output: on %evt.hostname\n    "
        "extra_fields: [evt.cpu, {h: '%evt.hostname'}]\n"
        "plugins:\n  - name: container\n    init_config: {engines: {static: {enabled: true, container_id: abc, "
        "container_image: r/i:1}}}\n"
        "engine: {kind: modern_ebpf}\nwebserver: {enabled: true}\n");
    const Configuration c = read_ok({.config_file = file.path});
    CHECK(c.rules == std::vector<std::string>{"/etc", "/tmp"});
    CHECK(c.selection.least_priority == rule::Priority::Notice);
    CHECK(c.selection.matching == match::RuleMatching::All);
    CHECK(c.format == AlertFormat::Text);
    CHECK_FALSE(c.shape.tags);
    CHECK(c.queue_capacity == 5);
    CHECK(c.alerts == std::vector<std::string>{"stdout"});
    REQUIRE(c.file.has_value());
    CHECK(c.file->path == "/x");
    CHECK(c.static_fields.at("team") == "blue");
    CHECK(c.selection.disabled_rules == std::vector<std::string>{"Noisy*"});
    CHECK(c.selection.disabled_tags == std::vector<std::string>{"network"});
    REQUIRE(c.append_output.size() == 1);
    CHECK(c.append_output[0].tags == std::vector<std::string>{"a"});
    CHECK(c.append_output[0].extra_output == "on %evt.hostname evt.cpu=%evt.cpu h=%evt.hostname");
    REQUIRE(c.container.has_value());
    CHECK(c.container->id == "abc");
    CHECK(c.container->image == "r/i:1");
    CHECK(c.warnings.empty());
}

TEST_CASE("an unknown key is warned about by name and place, and changes nothing") {
    const File file("priorty: notice\n");
    const Configuration c = read_ok({.config_file = file.path});
    REQUIRE(c.warnings.size() == 1);
    CHECK(c.warnings[0] == file.path + ":1:1: unknown key 'priorty' is ignored");
    CHECK(c.selection.least_priority == rule::Priority::Debug);
}

TEST_CASE("the command line wins over the environment, and the environment over the file") {
    const File file("rules_files: [from-file]\njson_output: false\n");
    CHECK(read_ok({.config_file = file.path}).rules == std::vector<std::string>{"from-file"});
    setenv("BEWIT_RULES", "one:two", 1);
    CHECK(read_configuration({.config_file = file.path})->rules == std::vector<std::string>{"one", "two"});
    CHECK(read_configuration({.config_file = file.path, .rules = {"mine"}})->rules == std::vector<std::string>{"mine"});
    unsetenv("BEWIT_RULES");
    setenv("BEWIT_CONFIG", file.path.c_str(), 1);
    CHECK(read_configuration({})->format == AlertFormat::Text);
    CHECK(read_configuration({.format = "json"})->format == AlertFormat::Json);
    unsetenv("BEWIT_CONFIG");
}

TEST_CASE("-o sets one key, nested ones by dots, and adds to a container that is known in part") {
    const Configuration c =
        read_ok({.settings = {"container.id=x", "container.name=y", "rule_matching=all", "outputs_queue.capacity=9"}});
    REQUIRE(c.container.has_value());
    CHECK(c.container->id == "x");
    CHECK(c.container->name == "y");
    CHECK(c.selection.matching == match::RuleMatching::All);
    CHECK(c.queue_capacity == 9);
}

TEST_CASE("unknown keys below known ones are warned about, and those that mean nothing here are not") {
    const File file(
        "http_output:\n  enabled: false\n  urll: x\nengine: {kind: kmod, anything: 1}\nsyscall_event_drops: {rate: "
        ".1}\nwebserver:\n");
    const Configuration c = read_ok({.config_file = file.path});
    REQUIRE(c.warnings.size() == 1);
    CHECK(c.warnings[0] == file.path + ":3:3: unknown key 'http_output.urll' is ignored");
    CHECK(read_ok({.settings = {"nonsense.a=1"}}).warnings.size() == 1);
}

TEST_CASE("outputs of falco.yaml, with their settings") {
    const File file(
        "stdout_output: {enabled: true}\nsyslog_output: {enabled: true}\nprogram_output: {enabled: true, keep_alive: "
        "true, program: 'cat >> /x'}\n"
        "http_output: {enabled: true, url: 'https://a.test/', insecure: true, ca_bundle: /b, ca_path: /p, mtls: true, "
        "client_cert: /c, client_key: /k,\n"
        "  compress_uploads: true, keep_alive: false, max_consecutive_timeouts: 2, headers: {Authorization: 'Bearer "
        "${BEWIT_TEST_TOKEN}$${x}'}}\n"
        "json_include_output_property: false\njson_include_message_property: true\ntime_format_iso_8601: true\n");
    setenv("BEWIT_TEST_TOKEN", "t0ken", 1);
    const Configuration c = read_ok({.config_file = file.path});
    unsetenv("BEWIT_TEST_TOKEN");
    CHECK(c.alerts == std::vector<std::string>{"stdout"});
    CHECK(c.syslog);
    REQUIRE(c.program.has_value());
    CHECK(c.program->command == "cat >> /x");
    CHECK(c.program->keep_alive);
    CHECK(c.http.url == "https://a.test/");
    CHECK(c.http.insecure);
    CHECK(c.http.trust.ca_bundle == "/b");
    CHECK(c.http.mtls);
    CHECK(c.http.attempts == 2);
    REQUIRE(c.http.headers.size() == 1);
    CHECK(c.http.headers[0].second == "Bearer t0ken${x}");
    CHECK_FALSE(c.shape.output);
    CHECK(c.shape.message);
    CHECK(c.shape.iso_time);
}

TEST_CASE("--alerts stands instead of the outputs of the file, not of those that -o asks for") {
    const File file("stdout_output: {enabled: true}\nfile_output: {enabled: true, filename: /x}\n");
    const Configuration c =
        read_ok({.config_file = file.path, .settings = {"syslog_output.enabled=true"}, .alerts = {"fd:9"}});
    CHECK(c.alerts == std::vector<std::string>{"fd:9"});
    CHECK_FALSE(c.file.has_value());
    CHECK(c.syslog);
}

TEST_CASE("an enabled output replaces the default, and needs what it cannot be without") {
    CHECK(read_ok({.settings = {"syslog_output.enabled=true"}}).alerts.empty());
    CHECK(read_error({.settings = {"http_output.enabled=true"}}).find("has no url") != std::string::npos);
    CHECK(read_error({.settings = {"program_output={enabled: true}"}}).find("has no program") != std::string::npos);
}

TEST_CASE("every key with a meaning may come from the environment, and each value knows its origin") {
    const File file("\npriority: notice\nrule_matching: all\n");
    setenv("BEWIT_HTTP_OUTPUT_URL", "http://e.test/", 1);
    setenv("BEWIT_PRIORITY", "error", 1);
    const Configuration c = read_ok({.config_file = file.path, .settings = {"json_output=false"}, .format = "json"});
    CHECK(c.tree.find("http_output.url")->origin == "environment BEWIT_HTTP_OUTPUT_URL");
    CHECK(c.tree.find("priority")->origin == "environment BEWIT_PRIORITY");
    CHECK(c.tree.find("rule_matching")->origin == file.path + ":3");
    CHECK(c.tree.find("json_output")->origin == "--format");
    CHECK(c.tree.find("alerts") == nullptr);
    CHECK(c.format == AlertFormat::Json);
    setenv("BEWIT_PRIORITY", "loud", 1);
    CHECK(read_error({}).find("environment BEWIT_PRIORITY") != std::string::npos);
    unsetenv("BEWIT_PRIORITY");
    unsetenv("BEWIT_HTTP_OUTPUT_URL");
}

TEST_CASE("-o adds to a list and replaces one of it") {
    const File file("rules_files: [/a, /b]\n");
    CHECK(read_ok({.config_file = file.path, .settings = {"rules_files[]=c", "rules_files[0]=z"}}).rules ==
          std::vector<std::string>{"z", "/b", "c"});
    CHECK(read_ok({.settings = {"append_output[]={extra_output: x}"}}).append_output.back().extra_output == "x");
    CHECK(read_ok({.settings = {"static_fields.a=1", "static_fields.b.c=2"}}).static_fields ==
          std::map<std::string, std::string>{{"a", "1"}, {"b.c", "2"}});
    CHECK(read_ok({.settings = {"engine.kind=kmod"}}).warnings.empty());
    CHECK(read_ok({.settings = {"rules_files[]=c"}}).rules == std::vector<std::string>{"builtin", "c"});
    CHECK(read_error({.settings = {"rules_files[3]=c"}}).find("no such entry") != std::string::npos);
}

TEST_CASE("more files are read after the one that names them: lists are added to, other values replaced") {
    char name[] = "/tmp/bewit-config-d-XXXXXX";
    const std::string directory = mkdtemp(name);
    std::ofstream(directory + "/2.yaml") << "rules_files: [c]\npriority: error\n";
    std::ofstream(directory + "/1.yaml") << "rules_files: [b]\npriority: notice\n";
    const File file("config_files: [" + directory + ", /nowhere/at/all]\nrules_files: [a]\n");
    const Configuration c = read_ok({.config_file = file.path});
    CHECK(c.rules == std::vector<std::string>{"a", "b", "c"});
    CHECK(c.selection.least_priority == rule::Priority::Error);
    std::filesystem::remove_all(directory);
}

TEST_CASE(
    "rule files of the file that are not there are left out with a warning, and those of the command line are not") {
    const File rules("- list: a\n"), file("rules_files:\n  - " + rules.path + "\n  - /etc/nowhere.d\n"),
        old("rules_file: " + rules.path + "\n"), none("rules_files: [/nowhere]\n");
    const Configuration c = read_ok({.config_file = file.path});
    CHECK(c.rules == std::vector<std::string>{rules.path});
    REQUIRE(c.warnings.size() == 1);
    CHECK(c.warnings[0].find("/etc/nowhere.d is not there") != std::string::npos);
    CHECK(read_ok({.config_file = old.path}).rules == std::vector<std::string>{rules.path});
    CHECK(read_ok({.config_file = none.path}).rules == std::vector<std::string>{"/nowhere"});
    CHECK(read_ok({.rules = {"/nowhere", "builtin"}}).rules.size() == 2);
}

TEST_CASE("metrics") {
    const Configuration c = read_ok(
        {.settings = {"metrics={enabled: true, interval: 1m30s, output_file: /m, state_counters_enabled: true}"}});
    CHECK(c.warnings.empty());
    CHECK(c.metrics.enabled);
    CHECK(c.metrics.interval_ns == 90'000'000'000);
    CHECK(c.metrics.file == "/m");
    CHECK(read_error({.settings = {"metrics.interval=5"}}).find("'5' is no duration") != std::string::npos);
}

TEST_CASE("the catalogue is its own schema, and its defaults are valid") {
    const nlohmann::json schema = nlohmann::json::parse(config_schema());
    CHECK(schema["properties"]["http_output"]["properties"]["url"]["type"] == "string");
    CHECK(schema["properties"]["rule_matching"]["enum"] == nlohmann::json({"first", "all"}));
    for (const ConfigKey& key : config_keys()) {
        CAPTURE(std::string(key.path));
        if (!key.initial.empty()) CHECK(complaint(key, YAML::Load(std::string(key.initial))) == "");
    }
}

TEST_CASE("what is wrong is said with its place") {
    const File bad_value("a: 1\njson_output: perhaps\n"), bad_yaml("a: [1\nb: }\n"), not_a_map("- a\n");
    CHECK(read_error({.config_file = bad_value.path}) == bad_value.path + ":2:14: json_output must be true or false");
    CHECK(read_error({.config_file = bad_yaml.path}).starts_with(bad_yaml.path + ":2:"));
    CHECK(read_error({.config_file = not_a_map.path}).find("must be a map") != std::string::npos);
    CHECK(read_error({.config_file = "/nowhere/bewit.yaml"}).find("cannot be read") != std::string::npos);
    CHECK(read_error({.settings = {"no-equals"}}).find("KEY=VALUE") != std::string::npos);
    CHECK(read_error({.settings = {"rule_matching=some"}}).find("first or all") != std::string::npos);
    CHECK(read_error({.priority = "loud"}).find("'loud' is no priority") != std::string::npos);
}

}  // namespace
}  // namespace bewit
