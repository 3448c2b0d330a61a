#include "injector/options.h"

#include "injector/message.h"

namespace bewit {
namespace {

class ExamplesFirst final : public CLI::Formatter {
public:
    std::string make_help(const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override {
        std::string help = CLI::Formatter::make_help(app, std::move(name), mode);
        const std::string examples = app->get_footer();
        if (examples.empty()) return help;
        return "Examples:\n" + examples + "\n" + help;
    }
    std::string make_footer(const CLI::App*) const override { return "\n"; }
};

}  // namespace

void set_examples(CLI::App& command, const std::string& examples) {
    command.footer(examples);
    command.formatter(std::make_shared<ExamplesFirst>());
}

void add_rule_options(CLI::App& command, CommandLine& line) {
    command.add_option("-c,--config", line.config_file, "configuration file (default: /etc/bewit/bewit.yaml if present; BEWIT_CONFIG)");
    command.add_option("-r,--rules", line.rules, "rule file or directory, repeatable, in order; 'builtin' names the rules inside the program (BEWIT_RULES)")
        ->take_all()->expected(1)->allow_extra_args(false)->type_name("SRC");
    command.add_option("-o,--set", line.settings, "one configuration key")->take_all()->expected(1)->allow_extra_args(false)->type_name("KEY=VALUE");
    command.add_option("-T,--disable-tags", line.disabled_tags, "leave out rules with this tag")->take_all()->expected(1)->allow_extra_args(false)->type_name("TAG");
    command.add_option("-t,--tags", line.only_tags, "only rules with this tag")->take_all()->expected(1)->allow_extra_args(false)->type_name("TAG");
    command.add_option("-D,--disable-rule", line.disabled_rules, "leave out rules of this name, * is a wildcard")->take_all()->expected(1)->allow_extra_args(false)->type_name("GLOB");
    command.add_option("--priority", line.priority, "least priority that is loaded (default: debug)")->type_name("LEVEL");
    command.add_flag_callback("-v,--verbose", [] { set_verbosity(Verbosity::Verbose); }, "say more");
    command.add_flag_callback("-q,--quiet", [] { set_verbosity(Verbosity::Quiet); }, "say less");
}

void add_alert_options(CLI::App& command, CommandLine& line) {
    command.add_option("--alerts", line.alerts, "where alerts go: stderr, stdout, a path, fd:N, unix:PATH, http(s)://...; repeatable (default: stderr)")
        ->take_all()->expected(1)->allow_extra_args(false)->type_name("DEST");
    command.add_option("--format", line.format, "json or text (default: json)")->check(CLI::IsMember({"json", "text"}));
    command.add_option("--on-error", line.on_error, "when monitoring cannot start: stop (exit 125) or continue (run unwatched, with an alert that says so)")
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
    }
    return words.size();
}

}  // namespace bewit
