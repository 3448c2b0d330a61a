// `bewit check`: rule files as Falco's loader sees them, or one bare condition.
#include <cstdio>

#include <fmt/format.h>

#include "engine/filter/parser.h"
#include "engine/filter/print.h"
#include "engine/rule/condition_remedy.h"
#include "injector/exit_status.h"
#include "injector/load_report.h"
#include "injector/message.h"
#include "injector/options.h"
#include "injector/rule_setup.h"

namespace bewit {
namespace {

struct CheckOptions {
    std::vector<std::string> files;
    std::string condition;
    bool json = false;
    bool syntax = false;
};

int check_condition(const CheckOptions& options) {
    const auto parsed = filter::parse(options.condition);
    if (parsed) {
        const std::string canonical = filter::print(**parsed);
        if (options.json) {
            fmt::print("{}\n", nlohmann::json({{"valid", true}, {"canonical", canonical}})
                                   .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
        } else {
            fmt::print("{}\n", canonical);
        }
        return 0;
    }
    const filter::ParseError& failure = parsed.error();
    const std::string_view remedy = rule::condition_remedy(failure.message);
    if (options.json) {
        nlohmann::json object = {{"valid", false},
                                 {"message", failure.message},
                                 {"line", failure.location.line},
                                 {"column", failure.location.column},
                                 {"offset", failure.location.offset}};
        if (!remedy.empty()) object["remedy"] = remedy;
        fmt::print("{}\n", object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    } else {
        error(fmt::format("condition:{}:{}: {}{}{}", failure.location.line, failure.location.column, failure.message,
                          remedy.empty() ? "" : "; ", remedy));
    }
    return failed;
}

int check_files(const CheckOptions& options) {
    // Falco's result has one error a file; people want all.
    const auto results =
        check_rules(options.files, options.json ? rule::Loader::Errors::First : rule::Loader::Errors::All);
    for (const std::string& name : empty_directories(options.files)) {
        const std::string sentence = fmt::format("check: {} holds no rule file: none is called *.yaml or *.yml", name);
        results.empty() ? error(sentence) : warning(sentence);
    }
    if (results.empty()) return failed;
    bool ok = true;
    for (const rule::LoadResult& result : results) ok = ok && result.ok;
    if (options.json) {
        fmt::print("{}\n", load_report_json(results).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    } else {
        fmt::print("{}", load_report_text(results));
    }
    return ok ? 0 : failed;
}

int check(const CheckOptions& options) {
    if (options.syntax) return check_condition(options);
    if (options.files.empty()) {
        error("check: no rule file was given: write bewit check RULES...");
        return usage_error;
    }
    return check_files(options);
}

}  // namespace

void add_check(CLI::App& program, int& status) {
    auto options = std::make_shared<CheckOptions>();
    CLI::App* command =
        program.add_subcommand("check", "validate rule files: exit 0 or 1, every problem with its place and a remedy");
    set_examples(*command,
                 "  bewit check falco_rules.yaml my_rules.yaml\n"
                 "  bewit check --json my_rules.yaml\n"
                 "  bewit check --syntax --condition 'evt.type = open and not proc.name in (cat, less)'\n");
    command
        ->add_option("RULES", options->files,
                     "rule files or directories, in order; 'builtin' names the rules inside the program")
        ->check(empty_name, "");
    command->add_flag("--json", options->json, "results as Falco prints them: of each file the first error");
    CLI::Option* condition =
        command->add_option("--condition", options->condition, "the condition that --syntax parses")->type_name("TEXT");
    command->add_flag("--syntax", options->syntax, "parse one bare condition and print its canonical form")
        ->needs(condition);
    condition->needs("--syntax");
    command->callback([options, &status] { status = check(*options); });
}

}  // namespace bewit
