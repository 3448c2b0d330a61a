// Falco's codes with their words, in the order of the enumeration.
#include "engine/rule/diagnostic.h"

#include <algorithm>
#include <array>

#include "engine/field/nearest_name.h"

namespace bewit::rule {
namespace {

struct Words {
    std::string_view text, summary, description;
};

constexpr std::array<Words, 22> words = {{
    {"LOAD_ERR_FILE_READ", "File read error", "File read error"},
    {"LOAD_ERR_YAML_PARSE", "YAML parse error", "YAML parse error"},
    {"LOAD_ERR_YAML_VALIDATE", "Error validating internal structure of YAML file",
     "Error validating internal structure of YAML file"},
    {"LOAD_ERR_COMPILE_CONDITION", "Error compiling condition", "Error compiling condition"},
    {"LOAD_ERR_COMPILE_OUTPUT", "Error compiling output", "Error compiling output"},
    {"LOAD_ERR_VALIDATE", "Error validating rule/macro/list/exception objects",
     "Error validating rule/macro/list/exception objects"},
    {"LOAD_ERR_EXTENSION", "Error in extension item", "Error in extension item"},
    {"LOAD_UNKNOWN_SOURCE", "Unknown event source",
     "The rule is for a source of events that bewit does not have. It is kept, so that later items can change it, and "
     "never runs."},
    {"LOAD_UNSAFE_NA_CHECK", "Unsafe <NA> comparison in condition",
     "A field is compared with <NA>, which is what outputs show for a missing value and no value itself. The operator "
     "'exists' "
     "says whether there is one."},
    {"LOAD_NO_EVTTYPE", "Condition has no event-type restriction",
     "The condition can hold for too many types of events, which costs time. A test of evt.type makes it narrower."},
    {"LOAD_UNKNOWN_FILTER", "Unknown field or event-type in condition or output",
     "The condition or output names a field or an event type that does not exist. That would be an error, but the rule "
     "has "
     "skip-if-unknown-filter and is left out instead."},
    {"LOAD_UNUSED_MACRO", "Unused macro", "No rule and no other macro refers to the macro."},
    {"LOAD_UNUSED_LIST", "Unused list", "No rule, no macro and no other list refers to the list."},
    {"LOAD_UNKNOWN_ITEM", "Unknown rules file item", "The item is none that rule files have. It is ignored."},
    {"LOAD_DEPRECATED_ITEM", "Used deprecated item", "Something is used that works still and has been replaced."},
    {"LOAD_WARNING_EXTENSION", "Warning in extension item", "Warning in extension item"},
    {"LOAD_APPEND_NO_VALUES", "Overriding/appending with no values",
     "An exception is appended to a rule without values."},
    {"LOAD_EXCEPTION_NAME_NOT_UNIQUE", "Multiple exceptions defined with the same name",
     "A rule has several exceptions of the same name."},
    {"LOAD_INVALID_MACRO_NAME", "Invalid macro name", "The macro's name is none that a condition can refer to."},
    {"LOAD_INVALID_LIST_NAME", "Invalid list name",
     "The list's name has characters that names of lists should not have."},
    {"LOAD_COMPILE_CONDITION", "Warning in rule condition",
     "The condition is valid and probably does not say what its author meant, or could say it better."},
    {"LOAD_UNKNOWN_KEY", "Unknown key in item definition",
     "The item has a key that items of its kind do not have: a slip of the pen, or it belongs somewhere else. It is "
     "ignored."},
}};

static_assert(words.size() == static_cast<size_t>(Code::UnknownKey) + 1);

const Words& words_of(Code code) { return words[static_cast<size_t>(code)]; }

}  // namespace

bool is_error(Code code) { return code <= Code::ErrExtension; }
std::string_view code_text(Code code) { return words_of(code).text; }
std::string_view code_summary(Code code) { return words_of(code).summary; }
std::string_view code_description(Code code) { return words_of(code).description; }

bool is_of_unknown_name(std::string_view message) {
    static constexpr std::array<std::string_view, 4> marks{"nonexistent field", "invalid formatting token",
                                                           "unknown event type", "unknown filter:"};
    return std::ranges::any_of(marks,
                               [&](std::string_view mark) { return message.find(mark) != std::string_view::npos; });
}

std::string nearest(std::string_view wrong, const std::vector<std::string_view>& candidates) {
    if (wrong.empty()) return {};
    field::NearestName name(wrong);
    for (std::string_view candidate : candidates) name.consider(candidate);
    return std::string(name.best().value_or(std::string_view()));
}

}  // namespace bewit::rule
