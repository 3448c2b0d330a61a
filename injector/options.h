// Command-line options that several commands share, and help that shows examples first.
#pragma once

#include <CLI/CLI.hpp>

#include "injector/configuration.h"

namespace bewit {

// Options of `run`, `explain` and everything else that loads rules and a configuration.
void add_rule_options(CLI::App& command, CommandLine& line);
// Options of what raises alerts.
void add_alert_options(CLI::App& command, CommandLine& line);

// Help text with `examples` above everything else.
void set_examples(CLI::App& command, const std::string& examples);

// Where the workload's command begins among `words`: behind the first `--`, or at the first word that is neither an option of `command` nor the
// value of one. words.size() when there is none. What follows belongs to the workload, whatever it looks like.
size_t find_workload(const CLI::App& command, const std::vector<std::string>& words);

// Every command adds itself and, when chosen, leaves the exit status in `status`.
void add_run(CLI::App& program, int& status, const std::vector<std::string>& workload);
void add_attach(CLI::App& program, int& status);
void add_host(CLI::App& program, int& status);
void add_check(CLI::App& program, int& status);
void add_explain(CLI::App& program, int& status);
void add_patch(CLI::App& program, int& status);
void add_install(CLI::App& program, int& status);
void add_fields(CLI::App& program, int& status);
void add_keys(CLI::App& program, int& status);
void add_events(CLI::App& program, int& status);
void add_syscalls(CLI::App& program, int& status);
void add_config(CLI::App& program, int& status);
void add_doctor(CLI::App& program, int& status);
void add_version(CLI::App& program, int& status);

}  // namespace bewit
