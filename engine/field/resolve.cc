// From the words of a rule to a field. A name may carry its argument behind a dot (`evt.arg.flags`), so the longest
// name that exists is looked for first, and what follows it must be an argument that this field takes.
#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "engine/field/catalogue.h"
#include "engine/field/event_parameters.h"
#include "engine/field/field_name.h"
#include "engine/field/nearest_name.h"

namespace bewit::field {
namespace {

using Error = tl::unexpected<std::string>;

struct Words {
    std::string_view name, argument;
    bool bracketed = false;
    bool quick = false;  // without a search for names that may have been meant

    std::string text() const { return bracketed ? fmt::format("{}[{}]", name, argument) : std::string(name); }
};

// A definition and what stood behind its name and a dot.
struct Found {
    const Definition* definition = nullptr;
    std::string_view dotted;
};

size_t longest_name() {
    static const size_t longest = std::ranges::max(all_fields(), {}, [](const Definition& definition) {
                                      return definition.name.size();
                                  }).name.size();
    return longest;
}

Found find_dotted(std::string_view name) {
    for (size_t dot = name.rfind('.', longest_name()); dot != std::string_view::npos && dot > 0;
         dot = name.rfind('.', dot - 1)) {
        const Definition* definition = find_definition(name.substr(0, dot));
        if (definition != nullptr && (definition->arguments & DottedArgument) != 0)
            return {definition, name.substr(dot + 1)};
    }
    return {};
}

Found find(std::string_view name) {
    const Definition* definition = find_definition(name);
    return definition != nullptr ? Found{definition, {}} : find_dotted(name);
}

std::string suggest(const Words& wanted) {
    if (wanted.quick) return {};
    NearestName nearest(wanted.name);
    for (const Definition& definition : all_fields()) {
        if (!definition.has(Deprecated)) nearest.consider(definition.name);
    }
    const auto best = nearest.best();
    return best ? fmt::format("; did you mean `{}`?", *best) : "; `bewit fields` lists those that exist";
}

std::string nonexistent(const Words& words, std::string_view remedy) {
    return fmt::format("filter_check called with nonexistent field {}{}", words.text(), remedy);
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<int64_t> parse_number(std::string_view text) {
    int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// An example of an argument, for the remedy.
std::string example(const Definition& definition) {
    if (definition.name == "evt.arg" || definition.name == "evt.rawarg")
        return fmt::format("{}.flags", definition.name);
    if (definition.name == "evt.type.is") return "evt.type.is.open";
    if (definition.name == "thread.cgroup") return "thread.cgroup.memory";
    if (definition.name == "proc.env" || definition.name == "proc.aenv")
        return fmt::format("{}[HOME]", definition.name);
    if ((definition.arguments & DottedArgument) != 0) return fmt::format("{}.app", definition.name);
    return fmt::format("{}[1]", definition.name);
}

std::optional<std::string> check_parameter(const Words& words, std::string_view name, Field& field) {
    const Definition& definition = *field.definition;
    const auto parameter = find_event_parameter(name);
    if (parameter) {
        if (definition.type == ParamType::Dyn) {
            field.type = parameter->type;
            field.format = parameter->format;
        }
        return std::nullopt;
    }
    if (words.quick) return fmt::format("unknown event argument {}", name);
    NearestName nearest(name);
    for (const EventParameter& known : event_parameters()) nearest.consider(known.name);
    const auto best = nearest.best();
    const std::string remedy = best ? fmt::format("did you mean `{}.{}`?", definition.name, *best)
                                    : "`bewit events` lists the arguments of every event";
    return fmt::format("unknown event argument {}; {}", name, remedy);
}

// What is peculiar to one field's dotted argument. An error, or nothing.
std::optional<std::string> check_dotted(const Words& words, std::string_view dotted, Field& field) {
    const std::string_view name = field.definition->name;
    if (name == "evt.arg" || name == "evt.rawarg") return check_parameter(words, dotted, field);
    if (name == "evt.abspath" && dotted != "src" && dotted != "dst") {
        return nonexistent(words, "; it takes .src or .dst");
    }
    if (name != "evt.type.is") return std::nullopt;
    if (is_number(dotted)) {
        const auto number = parse_number(dotted);
        if (!number) return fmt::format("{} is not a valid number", dotted);
        field.index = *number;
        field.argument.clear();
    } else if (!event::find_kind(dotted)) {
        return nonexistent(words, "; `bewit events` lists the names of events");
    }
    return std::nullopt;
}

std::optional<std::string> take_bracketed(const Words& words, Field& field) {
    const Definition& definition = *field.definition;
    if (definition.name == "evt.rawarg") {
        return fmt::format("evt.arg fields must be expressed explicitly; write `{}`", example(definition));
    }
    if ((definition.arguments & (IndexArgument | KeyArgument)) == 0) {
        return nonexistent(words, fmt::format("; `{}` takes no argument", definition.name));
    }
    if (words.argument.empty()) {
        return fmt::format("filter syntax error: {}; the brackets need an argument, as in `{}`", words.text(),
                           example(definition));
    }
    const bool takes_number = (definition.arguments & IndexArgument) != 0;
    if (takes_number && is_number(words.argument)) {
        const auto number = parse_number(words.argument);
        if (!number) return fmt::format("{} is not a valid number", words.argument);
        field.index = *number;
        return std::nullopt;
    }
    if ((definition.arguments & KeyArgument) == 0) {
        return nonexistent(words, fmt::format("; its argument is a number, as in `{}`", example(definition)));
    }
    field.argument = words.argument;
    return std::nullopt;
}

tl::expected<Field, std::string> resolve_words(const Words& words) {
    const Found found = find(words.name);
    if (found.definition == nullptr) return Error(nonexistent(words, suggest(words)));
    const Definition& definition = *found.definition;
    Field field{&definition, std::string(found.dotted), -1, definition.type, definition.format, words.text()};
    if (!found.dotted.empty()) {
        if (words.bracketed) return Error(nonexistent(words, "; it has two arguments"));
        if (auto error = check_dotted(words, found.dotted, field)) return Error(std::move(*error));
    } else if (words.bracketed) {
        if (auto error = take_bracketed(words, field)) return Error(std::move(*error));
    } else if (definition.has(ArgRequired) && definition.name != "evt.abspath") {
        return Error(
            fmt::format("filter syntax error: {}; it needs an argument, as in `{}`", words.name, example(definition)));
    }
    return field;
}

std::string_view unquote(std::string_view text) {
    const bool quoted =
        text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
    return quoted ? text.substr(1, text.size() - 2) : text;
}

tl::expected<Field, std::string> resolve_text(std::string_view text, bool quick) {
    const size_t bracket = text.find('[');
    if (bracket == std::string_view::npos) return resolve_words({text, {}, false, quick});
    if (!text.ends_with(']')) {
        return Error(fmt::format("the field '{}' requires an argument but ']' is not found", text.substr(0, bracket)));
    }
    const std::string_view argument = text.substr(bracket + 1, text.size() - bracket - 2);
    return resolve_words({text.substr(0, bracket), unquote(argument), true, quick});
}

}  // namespace

tl::expected<Field, std::string> resolve(std::string_view name, std::string_view argument, bool has_argument) {
    return resolve_words({name, argument, has_argument});
}

tl::expected<Field, std::string> resolve(std::string_view text) { return resolve_text(text, false); }

bool is_field(std::string_view text) {
    return find(text.substr(0, text.find('['))).definition != nullptr && resolve_text(text, true).has_value();
}

}  // namespace bewit::field
