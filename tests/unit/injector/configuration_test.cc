#include "injector/configuration.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdlib>
#include <fstream>

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
        "rules_files: [a.yaml, rules.d]\npriority: notice\nrule_matching: all\njson_output: false\njson_include_tags_property: false\n"
        "outputs_queue: {capacity: 5}\nstdout_output: {enabled: true}\nfile_output: {enabled: true, filename: /x}\n"
        "static_fields: {team: blue}\nrules:\n  - disable: {rule: 'Noisy*'}\n  - disable: {tag: network}\n"
        "append_output:\n  - match: {source: syscall, tags: [a]}\n    extra_output: on %evt.hostname\n    extra_fields: [evt.cpu, {h: '%evt.hostname'}]\n"
        "plugins:\n  - name: container\n    init_config: {engines: {static: {enabled: true, container_id: abc, container_image: r/i:1}}}\n"
        "engine: {kind: modern_ebpf}\nwebserver: {enabled: true}\n");
    const Configuration c = read_ok({.config_file = file.path});
    CHECK(c.rules == std::vector<std::string>{"a.yaml", "rules.d"});
    CHECK(c.selection.least_priority == rule::Priority::Notice);
    CHECK(c.selection.matching == match::RuleMatching::All);
    CHECK(c.format == AlertFormat::Text);
    CHECK_FALSE(c.include_tags);
    CHECK(c.queue_capacity == 5);
    CHECK(c.alerts == std::vector<std::string>{"stdout", "/x"});
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
    CHECK(c.warnings[0] == file.path + ": unknown key 'priorty' is ignored");
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
    const Configuration c = read_ok({.settings = {"container.id=x", "container.name=y", "rule_matching=all", "outputs_queue.capacity=9"}});
    REQUIRE(c.container.has_value());
    CHECK(c.container->id == "x");
    CHECK(c.container->name == "y");
    CHECK(c.selection.matching == match::RuleMatching::All);
    CHECK(c.queue_capacity == 9);
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
