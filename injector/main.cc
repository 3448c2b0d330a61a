// bewit: one program, one command each. See `bewit --help`.
#include <CLI/CLI.hpp>

#include "injector/options.h"

namespace {

constexpr int usage_error = 2;
constexpr int cannot_start = 125;

}  // namespace

int main(int argc, char** argv) {
    CLI::App program("Runtime security for serverless containers, from the inside.", "bewit");
    bewit::set_examples(program,
                        "  bewit run -- nginx -g 'daemon off;'              run a workload, watched with the rules inside the program\n"
                        "  bewit run -r falco_rules.yaml -- ./server        the same with upstream's rules\n"
                        "  bewit check my_rules.yaml                        validate rule files\n"
                        "  bewit explain -r my_rules.yaml 'My rule'         what a rule needs, and what it costs\n");
    program.require_subcommand(1);
    int status = 0;
    bewit::add_run(program, status);
    bewit::add_check(program, status);
    bewit::add_explain(program, status);
    bewit::add_fields(program, status);
    bewit::add_events(program, status);
    bewit::add_syscalls(program, status);
    bewit::add_version(program, status);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& failure) {
        const bool asked_for_help = program.exit(failure) == 0;
        if (asked_for_help) return 0;
        return program.got_subcommand("run") ? cannot_start : usage_error;
    }
    return status;
}
