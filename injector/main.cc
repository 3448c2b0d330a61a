// bewit: one program, one command each. See `bewit --help`.
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <exception>

#include "injector/exit_status.h"
#include "injector/message.h"
#include "injector/options.h"

namespace {

// Takes the workload's command off `words`, so that the command line's own parser never sees it.
std::vector<std::string> take_workload(const CLI::App& program, std::vector<std::string>& words) {
    if (words.empty() || words[0] != "run") return {};
    const std::vector<std::string> rest(words.begin() + 1, words.end());
    const size_t begin = 1 + bewit::find_workload(*program.get_subcommand("run"), rest);
    std::vector<std::string> workload(words.begin() + static_cast<ptrdiff_t>(begin), words.end());
    words.resize(begin);
    if (words.size() > 1 && words.back() == "--") words.pop_back();
    return workload;
}

int run_program(int argc, char** argv) {
    CLI::App program("Runtime security for serverless containers, from the inside.", "bewit");
    bewit::set_examples(
        program,
        "  bewit run -- nginx -g 'daemon off;'              run a workload, watched with the rules inside the program\n"
        "  bewit run -r falco_rules.yaml -- ./server        the same with upstream's rules\n"
        "  bewit host -r falco_rules.yaml                   the whole machine, from the kernel (eBPF)\n"
        "  bewit doctor                                     which source of events works here, and why each other does "
        "not\n"
        "  bewit check my_rules.yaml                        validate rule files\n"
        "  bewit explain -r my_rules.yaml 'My rule'         what a rule needs, and what it costs\n"
        "  bewit patch ecs --bewit-image IMAGE task.json    a task definition made to run under bewit\n");
    program.require_subcommand(1);
    int status = 0;
    std::vector<std::string> words(argv + 1, argv + argc), workload;
    if (words == std::vector<std::string>{"--version"}) words = {"version"};
    // `bewit help run -- anything` runs nothing.
    if (!words.empty() && words[0] == "help")
        words = words.size() > 1 ? std::vector<std::string>{words[1], "--help"} : std::vector<std::string>{"--help"};
    const bool runs = !words.empty() && words[0] == "run";
    bewit::add_run(program, status, workload);
    bewit::add_attach(program, status);
    bewit::add_host(program, status);
    bewit::add_check(program, status);
    bewit::add_explain(program, status);
    bewit::add_patch(program, status);
    bewit::add_webhook(program, status);
    bewit::add_install(program, status);
    bewit::add_fields(program, status);
    bewit::add_keys(program, status);
    bewit::add_events(program, status);
    bewit::add_syscalls(program, status);
    bewit::add_config(program, status);
    bewit::add_doctor(program, status);
    bewit::add_version(program, status);
    try {
        workload = take_workload(program, words);
        std::reverse(words.begin(), words.end());  // the parser takes them from the back
        program.parse(words);
    } catch (const CLI::ParseError& failure) {
        const bool asked_for_help = failure.get_exit_code() == 0;
        if (asked_for_help) return program.exit(failure);
        bewit::error(bewit::usage_message(program, failure));
        return runs ? bewit::cannot_start : bewit::usage_error;
    }
    return status;
}

}  // namespace

// What the standard library throws when there is no memory left, and nothing else.
int main(int argc, char** argv) {
    try {
        return run_program(argc, argv);
    } catch (const std::exception& failure) {
        std::fprintf(stderr, "bewit: error: %s\n", failure.what());
        return bewit::failed;
    }
}
