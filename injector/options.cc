#include "injector/options.h"

#include <fmt/format.h>

#include "engine/field/nearest_name.h"
#include "injector/message.h"

namespace bewit {
namespace {

class ExamplesFirst final : public CLI::Formatter {
public:
    explicit ExamplesFirst(std::string operands) : operands_(std::move(operands)) {}

    std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
        std::string help = CLI::Formatter::make_help(app, std::move(name), mode);
        const std::string examples = app->get_footer();
        if (examples.empty()) return help;
        return "Examples:\n" + examples + "\n" + help;
    }
    std::string make_footer(const CLI::App*) const override { return "\n"; }
    std::string make_usage(const CLI::App* app, std::string name) const override {
        std::string usage = CLI::Formatter::make_usage(app, std::move(name));
        if (const size_t end = usage.find_last_not_of('\n'); !operands_.empty() && end != std::string::npos)
            usage.insert(end + 1, " " + operands_);
        return usage;
    }

private:
    std::string operands_;
};

// The command that the words are for.
const CLI::App& chosen(const CLI::App& app) {
    const auto below = app.get_subcommands();
    return below.empty() ? app : chosen(*below.front());
}

std::string no_such_command(const CLI::App& command, const std::string& word) {
    if (word.starts_with('-')) return fmt::format("no option is called '{}'", word);
    field::NearestName nearest(word);
    for (const CLI::App* known : command.get_subcommands({})) nearest.consider(known->get_name());
    const auto best = nearest.best();
    return fmt::format("no command is called '{}'{}", word, best ? fmt::format(": did you mean '{}'?", *best) : "");
}

// A word that nothing takes.
std::string not_expected(const CLI::App& command, const std::string& word) {
    if (!word.starts_with('-')) return fmt::format("nothing takes the word '{}'", word);
    field::NearestName nearest(word);
    std::vector<std::string> names;
    for (const CLI::Option* known : command.get_options())
        for (const std::string& name : known->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : names) nearest.consider(name);
    const auto best = word.starts_with("--") ? nearest.best() : std::nullopt;
    return fmt::format("no option is called '{}'{}", word, best ? fmt::format(": did you mean '{}'?", *best) : "");
}

// `--rules: 1 required SRC missing` in words.
std::string no_value(const std::string& sentence) {
    constexpr std::string_view before = ": 1 required ", after = " missing";
    const size_t middle = sentence.find(before);
    if (middle == std::string::npos || !sentence.ends_with(after)) return sentence;
    const size_t begin = middle + before.size();
    return fmt::format("{} needs a value: {}", sentence.substr(0, middle),
                       sentence.substr(begin, sentence.size() - after.size() - begin));
}

// `Could not convert: --no-seccomp = x` in words.
std::string no_such_value(const std::string& sentence) {
    constexpr std::string_view before = "Could not convert: ";
    return sentence.starts_with(before) ? sentence.substr(before.size()) + ": the option takes no such value"
                                        : sentence;
}

std::string in_words(const CLI::App& command, const CLI::Error& failure) {
    const auto is = [&](CLI::ExitCodes code) { return failure.get_exit_code() == static_cast<int>(code); };
    const auto rest = command.remaining();
    if (is(CLI::ExitCodes::ExtrasError) && !rest.empty()) return not_expected(command, rest.front());
    if (is(CLI::ExitCodes::ArgumentMismatch)) return no_value(failure.what());
    if (is(CLI::ExitCodes::ConversionError)) return no_such_value(failure.what());
    return failure.what();
}

std::string full_name(const CLI::App& app) {
    return app.get_parent() == nullptr ? app.get_name() : full_name(*app.get_parent()) + " " + app.get_name();
}

}  // namespace

void set_examples(CLI::App& command, const std::string& examples, const std::string& operands) {
    command.footer(examples);
    command.formatter(std::make_shared<ExamplesFirst>(operands));
}

std::string usage_message(const CLI::App& program, const CLI::Error& failure) {
    const CLI::App& command = chosen(program);
    const bool no_command = failure.get_exit_code() == static_cast<int>(CLI::ExitCodes::RequiredError) &&
                            !command.get_subcommands({}).empty();
    std::string what = in_words(command, failure);
    if (no_command) {
        const auto rest = command.remaining();
        what = rest.empty() ? "no command was given" : no_such_command(command, rest.front());
    }
    return fmt::format("{}; `{} --help` shows how it is used", what, full_name(command));
}

std::string empty_name(const std::string& name) { return name.empty() ? "an empty name is no file" : ""; }

std::string empty_value(const std::string& value) {
    return value.empty() ? "the value is empty: give one, or leave the option out" : "";
}

void add_stats_option(CLI::App& command, std::string& stats) {
    command.add_flag("--stats{text}", stats, "a summary on stderr at the end; --stats=json: as one line of JSON")
        ->check(CLI::IsMember({"text", "json"}));
}

void add_verbosity_options(CLI::App& command) {
    command.add_flag_callback(
        "-v,--verbose", [] { set_verbosity(Verbosity::Verbose); }, "say more");
    command.add_flag_callback(
        "-q,--quiet", [] { set_verbosity(Verbosity::Quiet); }, "say less");
}

void add_rule_options(CLI::App& command, CommandLine& line) {
    command
        .add_option("-c,--config", line.config_file,
                    "configuration file (default: /etc/bewit/bewit.yaml if present; BEWIT_CONFIG)")
        ->check(empty_value, "")
        ->type_name("FILE");
    command
        .add_option(
            "-r,--rules", line.rules,
            "rule file or directory, repeatable, in order; 'builtin' names the rules inside the program (BEWIT_RULES)")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false)
        ->check(empty_name, "")
        ->type_name("SRC");
    command.add_option("-o,--set", line.settings, "one configuration key")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false)
        ->type_name("KEY=VALUE");
    command.add_option("-T,--disable-tags", line.disabled_tags, "leave out rules with this tag")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false)
        ->type_name("TAG");
    command.add_option("-t,--tags", line.only_tags, "only rules with this tag")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false)
        ->type_name("TAG");
    command.add_option("-D,--disable-rule", line.disabled_rules, "leave out rules of this name, * is a wildcard")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false)
        ->type_name("GLOB");
    command.add_option("--priority", line.priority, "least priority that is loaded (default: debug)")
        ->check(empty_value, "")
        ->type_name("LEVEL");
    add_verbosity_options(command);
}

void add_alert_options(CLI::App& command, CommandLine& line) {
    command
        .add_option(
            "--alerts", line.alerts,
            "where alerts go: stderr, stdout, a path, fd:N, unix:PATH, http(s)://...; repeatable (default: stderr)")
        ->take_all()
        ->expected(1)
        ->allow_extra_args(false)
        ->type_name("DEST");
    command.add_option("--format", line.format, "json or text (default: json)")->check(CLI::IsMember({"json", "text"}));
    command
        .add_option("--on-error", line.on_error,
                    "when monitoring cannot start: stop, or continue unwatched, with an alert that says so")
        ->check(CLI::IsMember({"stop", "continue"}));
}

size_t find_workload(const CLI::App& command, const std::vector<std::string>& words) {
    for (size_t i = 0; i < words.size(); ++i) {
        const std::string& word = words[i];
        if (word == "--") return i + 1;
        if (word.size() < 2 || word[0] != '-') return i;
        // `--name=value` and `-rFILE` carry their value with them.
        const CLI::Option* option = command.get_option_no_throw(word);
        if (option != nullptr && option->get_items_expected_max() > 0) ++i;
        // Its value is optional, so that the word would be the command: hardly what was meant.
        if (word == "--stats" && i + 1 < words.size() && (words[i + 1] == "json" || words[i + 1] == "text")) {
            throw CLI::ValidationError(
                "--stats " + words[i + 1],
                fmt::format("write --stats={}, or -- before a command of that name", words[i + 1]));
        }
    }
    return words.size();
}

}  // namespace bewit
