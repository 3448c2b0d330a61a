// What is wrong in a rule file, where, and what to do about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bewit::rule {

// Falco's codes; the text form is the enumerator's spelling: LOAD_ERR_YAML_PARSE.
enum class Code : uint8_t {
    ErrFileRead,
    ErrYamlParse,
    ErrYamlValidate,
    ErrCompileCondition,
    ErrCompileOutput,
    ErrValidate,
    ErrExtension,
    UnknownSource,
    UnsafeNaCheck,
    NoEvttype,
    UnknownFilter,
    UnusedMacro,
    UnusedList,
    UnknownItem,
    DeprecatedItem,
    WarningExtension,
    AppendNoValues,
    ExceptionNameNotUnique,
    InvalidMacroName,
    InvalidListName,
    CompileCondition,
    UnknownKey,
};
bool is_error(Code code);
std::string_view code_text(Code code);     // "LOAD_ERR_YAML_PARSE"
std::string_view code_summary(Code code);  // a few words: "YAML parse error", "Unused list"
// Falco's `codedesc`: for errors the same few words, for warnings a sentence or two.
std::string_view code_description(Code code);

// A place in a rule file. Line and column count from 1; 0 means unknown.
struct Place {
    std::string file;
    uint32_t line = 0, column = 0;
    uint32_t offset = 0;
};

// One step of the way to the culprit: `rule 'X'`, `condition expression '...'`.
struct ContextItem {
    std::string type;  // the reference's words: "rule", "rule condition", "macro", ...
    std::string name;
    Place place;
};

struct Diagnostic {
    Code code;
    std::string message;               // Falco's sentence
    std::string remedy;                // ours: what to do; may be empty
    std::vector<ContextItem> context;  // outermost first; the last one is the place
    std::string snippet;               // the offending line and, below it, a line with ^; two line feeds, or empty
};

// What to do about it: its own remedy, else what the sentence says of a condition or an output; may be empty. Lives as
// long as `diagnostic`.
std::string_view remedy_of(const Diagnostic& diagnostic);

// `file:line:column: error: LOAD_ERR_VALIDATE: message`; below it the way to the place, the snippet and the remedy. No
// final line feed, no control characters from files.
std::string to_text(const Diagnostic& diagnostic);
// Whether an error says that something does not exist: those are what `skip-if-unknown-filter` turns into a warning.
bool is_of_unknown_name(std::string_view message);
// "did you mean ...": the candidate nearest to `wrong`, empty when none is near.
std::string nearest(std::string_view wrong, const std::vector<std::string_view>& candidates);

}  // namespace bewit::rule
