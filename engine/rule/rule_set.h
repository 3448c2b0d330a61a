// Rule files as one set: what was said after all files, appends and overrides.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/filter/ast.h"
#include "engine/rule/diagnostic.h"

namespace bewit::rule {

enum class Priority : uint8_t { Emergency, Alert, Critical, Error, Warning, Notice, Informational, Debug };
std::string_view priority_name(Priority priority);  // "Emergency" ... "Informational", "Debug"
// Case-insensitive; "info" too. False when it is none of them.
bool parse_priority(std::string_view text, Priority& out);

struct Exception {
    std::string name;
    bool fields_is_list = false;
    std::vector<std::string> fields;
    std::vector<std::string> comps;
    // A value is a scalar (one element, not a list), or a tuple whose elements are scalars or lists.
    struct Element {
        bool is_list = false;
        std::vector<std::string> items;  // one when it is a scalar
    };
    struct Row {
        bool is_tuple = false;
        std::vector<Element> elements;
        Place place;
    };
    std::vector<Row> values;
    Place place;
};

struct List {
    std::string name;
    std::vector<std::string> items;  // as written
    size_t order = 0, visibility = 0;
    bool used = false;
    Place place;
};

struct Macro {
    std::string name;
    std::string condition;  // as written, appends included
    filter::ExpressionPtr compiled;  // lists and macros resolved
    size_t order = 0, visibility = 0;
    bool used = false;
    Place place, condition_place;
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
    // Exceptions, lists and macros resolved; null for a rule of an unknown source.
    filter::ExpressionPtr resolved;
    std::string resolved_text;    // the text that `resolved` was parsed from: locations in the tree are offsets into it
};

// By rising `order`: the place of the first definition.
struct RuleSet {
    std::vector<Rule> rules;
    std::vector<Macro> macros;
    std::vector<List> lists;
    std::string required_engine_version;  // the highest that a file asked for; empty when none
};

}  // namespace bewit::rule
