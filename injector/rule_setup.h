// From the names of rule sources to rules that run: files are read, compiled, selected, and their outputs prepared.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

#include "engine/alert/template.h"
#include "engine/match/rules.h"
#include "engine/rule/loader.h"
#include "injector/configuration.h"

namespace bewit {

// The rules that are part of the program.
std::string_view builtin_rules();

struct RuleSource {
    std::string name;                 // path, or "builtin"
    std::optional<std::string> text;  // of the file, where it is known without reading it
};
// Files as they are, directories as their *.yaml and *.yml by name, `builtin` as the program's own. A directory that
// cannot be listed stands for itself: it cannot be read as a file either.
std::vector<RuleSource> list_rule_sources(const std::vector<std::string>& names);

// Those of `names` that are directories without any such file.
std::vector<std::string> empty_directories(const std::vector<std::string>& names);

struct RuleSetup {
    rule::RuleSet set;                      // what `rules` points into
    std::unique_ptr<match::Rules> rules;    // null when any source has an error
    std::vector<alert::Template> outputs;   // by position in rules->selected()
    std::vector<rule::LoadResult> results;  // one per source, in order, up to the first with an error

    bool ok() const { return rules != nullptr; }
};

// Each source must be valid given those before it, as in Falco.
std::unique_ptr<RuleSetup> set_up_rules(const Configuration& configuration);

// One line an error.
std::string errors_of(const RuleSetup& setup);

// Loads and compiles without running: per source what was found, all sources tried.
std::vector<rule::LoadResult> check_rules(const std::vector<std::string>& names, rule::Loader::Errors errors);
// The same of one source, on top of what `loader` has.
rule::LoadResult check_source(const RuleSource& source, rule::Loader& loader,
                              rule::Loader::Errors errors = rule::Loader::Errors::First);

}  // namespace bewit
