// Rule files as one set: what was said after all files, appends and overrides.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/filter/ast.h"
#include "engine/rule/diagnostic.h"
#include "engine/rule/text_origin.h"

namespace bewit::rule {

enum class Priority : uint8_t { Emergency, Alert, Critical, Error, Warning, Notice, Informational, Debug };
std::string_view priority_name(Priority priority);  // "Emergency" ... "Informational", "Debug"
// Case-insensitive; "info" too. False when it is none of them.
bool parse_priority(std::string_view text, Priority& out);

struct Exception {
    std::string name;
    bool fields_is_list = false;
    bool comps_is_list = false;
    std::vector<std::string> fields;
    std::vector<std::string> comps;
    // A value is a scalar (one element, not a list), or a tuple whose elements are scalars or lists. What is neither
    // scalar nor sequence in the file counts as an empty scalar.
    struct Element {
        bool is_list = false;
        std::vector<std::string> items;  // one when it is a scalar
    };
    struct Row {
        bool is_tuple = false;
        std::vector<Element> elements;
        SourcePoint point;
    };
    std::vector<Row> values;
    SourcePoint point;
};

struct List {
    std::string name;
    std::vector<std::string> items;  // as written, appends included
    size_t order = 0, visibility = 0;
    bool used = false;  // by another list, a macro or a rule
    Place place;        // of its definition
    SourcePoint point;  // the same, for snippets
};

struct Macro {
    std::string name;
    std::string condition;           // as written, appends included
    filter::ExpressionPtr compiled;  // lists and macros resolved; null when it has an error
    size_t order = 0, visibility = 0;
    bool used = false;  // by another macro or a rule
    Place place, condition_place;
    SourcePoint point;
    TextOrigin condition_pieces;
    std::shared_ptr<const MacroTexts> macro_texts;  // what locations in `compiled` are offsets into
};

struct Rule {
    std::string name;
    std::string condition, output, description;  // as written, appends included
    Priority priority = Priority::Debug;
    std::string source = "syscall";
    std::set<std::string> tags;
    std::vector<Exception> exceptions;
    bool enabled = true;
    bool capture = false;
    uint32_t capture_duration_ms = 0;
    bool warn_evttypes = true;
    bool skip_if_unknown_filter = false;
    bool unknown_source = false;  // remembered, never compiled
    size_t order = 0, visibility = 0;
    Place place, condition_place, output_place;
    SourcePoint point;
    TextOrigin condition_pieces, output_pieces;
    // Exceptions, lists and macros resolved; null for a rule of an unknown source, and for one with an error.
    filter::ExpressionPtr resolved;
    // The text that `resolved` was parsed from. Locations in the tree are offsets into it; those of nodes that came
    // from macros lie beyond its end, in `macro_texts`. condition_diagnostic() (diagnostic_place.h) knows both.
    std::string resolved_text;
    std::shared_ptr<const ConditionOrigin> condition_origin;  // of resolved_text
    std::shared_ptr<const MacroTexts> macro_texts;
};

// What Falco has given up: outputs lose it before they are compiled.
inline constexpr std::string_view removed_format = "%container.info";
// The output as it is to be compiled.
std::string output_format(const Rule& rule);

// A plugin that a file asks for, by name and least version.
struct PluginVersion {
    std::string name, version;
};
// One of the alternatives is enough.
struct PluginRequirement {
    std::vector<PluginVersion> alternatives;
    SourcePoint point;
};

// By rising `order`: the place of the first definition.
struct RuleSet {
    std::vector<Rule> rules;
    std::vector<Macro> macros;
    std::vector<List> lists;
    std::string required_engine_version;  // the highest that a file asked for; empty when none
    std::vector<PluginRequirement> required_plugins;
};

}  // namespace bewit::rule
