// What the user asked for: the configuration file, the environment and the command line, in this order, later ones
// winning.
//
// Keys are those of falco.yaml wherever the thing is the same, so that an existing file works. Keys that mean nothing
// here (drivers, plugins) are accepted in silence; keys that nobody knows are warned about by name and place. The
// catalogue: config_catalogue.h.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "engine/match/rules.h"
#include "engine/rule/rule_set.h"
#include "injector/alert_queue.h"
#include "injector/config_tree.h"
#include "injector/http_sink.h"
#include "injector/metrics.h"

namespace bewit {

enum class OnError : uint8_t { Stop, Continue };

// One entry of `append_output`: text and fields added to the outputs of the rules that it matches (all of them when a
// condition is empty).
struct AppendOutput {
    std::string source{}, rule{};
    std::vector<std::string> tags{};
    std::string extra_output{};
    bool suggested_output = false;
};

// The container as the user names it: wins over what can be found out.
struct StaticContainer {
    std::string id, name, image;  // empty: not said
    std::optional<bool> privileged;
};

struct FileOutput {
    std::string path;
    bool keep_open = false;
};

struct ProgramOutput {
    std::string command;
    bool keep_alive = false;
};

struct Configuration {
    std::vector<std::string> rules;  // files, directories, or `builtin`, in order
    match::Options selection;
    AlertFormat format = AlertFormat::Json;
    alert::Shape shape;
    std::vector<std::string> alerts;  // destinations as --alerts names them, standard output among them
    std::optional<FileOutput> file;
    std::optional<ProgramOutput> program;
    bool syslog = false;
    HttpOutput http;  // the settings hold for every http(s) destination; url is empty when it is not enabled
    size_t queue_capacity = 8192;
    std::vector<AppendOutput> append_output = {{.suggested_output = true}};
    std::map<std::string, std::string> static_fields;
    std::optional<StaticContainer> container;
    OnError on_error = OnError::Stop;
    bool resolve_names = false;
    MetricsOptions metrics;

    std::vector<std::string> warnings;  // unknown keys and the like, each one sentence
    ConfigTree tree;                    // what was said, and by whom
};

// What the command line says, as CLI options fill it in.
struct CommandLine {
    std::string config_file{};            // -c
    std::vector<std::string> rules{};     // -r
    std::vector<std::string> settings{};  // -o KEY=VALUE
    std::vector<std::string> disabled_tags{}, only_tags{}, disabled_rules{};
    std::string priority{};
    std::vector<std::string> alerts{};  // given at all, no output of the file or the environment is used
    std::string format{};
    std::string on_error{};
};

// The error is one sentence with the file, line and column where there is one.
tl::expected<Configuration, std::string> read_configuration(const CommandLine& command_line);

}  // namespace bewit
