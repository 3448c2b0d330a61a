// Command-line options that several commands share, and help that shows examples first.
#pragma once

#include <CLI/CLI.hpp>

#include "injector/configuration.h"

namespace bewit {

// Checks of an option's value, as CLI::Option::check() wants them: empty, or what is wrong. An empty one is mostly a
// variable of a script that is not set, and what would be done without the option is not what was meant.
std::string empty_name(const std::string& name);
std::string empty_value(const std::string& value);

// Options of `run`, `explain` and everything else that loads rules and a configuration.
void add_rule_options(CLI::App& command, CommandLine& line);
// -v, -q.
void add_verbosity_options(CLI::App& command);
// Options of what raises alerts.
void add_alert_options(CLI::App& command, CommandLine& line);

// `--stats`, `--stats=json`: what it cost, at the end. Empty: not asked for.
void add_stats_option(CLI::App& command, std::string& stats);

// Help text with `examples` above everything else; `operands` are shown behind the options where the command's own
// parser does not know them.
void set_examples(CLI::App& command, const std::string& examples, const std::string& operands = "");

// The sentence for what is wrong with the words of a command line.
std::string usage_message(const CLI::App& program, const CLI::Error& failure);

// Where the workload's command begins among `words`: behind the first `--`, or at the first word that is neither an
// option of `command` nor the value of one. words.size() when there is none. What follows belongs to the workload,
// whatever it looks like. Throws CLI::ValidationError where a value was hardly meant as the command.
size_t find_workload(const CLI::App& command, const std::vector<std::string>& words);

// Every command adds itself and, when chosen, leaves the exit status in `status`.
void add_run(CLI::App& program, int& status, const std::vector<std::string>& workload);
void add_attach(CLI::App& program, int& status);
void add_host(CLI::App& program, int& status);
void add_check(CLI::App& program, int& status);
void add_explain(CLI::App& program, int& status);
void add_patch(CLI::App& program, int& status);
void add_webhook(CLI::App& program, int& status);
void add_install(CLI::App& program, int& status);
void add_fields(CLI::App& program, int& status);
void add_keys(CLI::App& program, int& status);
void add_events(CLI::App& program, int& status);
void add_syscalls(CLI::App& program, int& status);
void add_config(CLI::App& program, int& status);
void add_doctor(CLI::App& program, int& status);
void add_version(CLI::App& program, int& status);

}  // namespace bewit
