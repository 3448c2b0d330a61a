// `bewit install DIR`: the running program copied into a shared volume, the init container's whole job.
#include <fmt/format.h>

#include "injector/exit_status.h"
#include "injector/message.h"
#include "injector/options.h"
#include "injector/self_copy.h"

namespace bewit {

void add_install(CLI::App& program, int& status) {
    auto directory = std::make_shared<std::string>();
    CLI::App* command = program.add_subcommand(
        "install", "copy the running program into a shared volume: the init container's whole job");
    set_examples(
        *command,
        "  bewit install /opt/bewit                         makes /opt/bewit/bewit, executable by everybody\n");
    command->add_option("DIR", *directory, "where to; the folder is made if it is not there")->required();
    command->add_flag_callback(
        "-v,--verbose", [] { set_verbosity(Verbosity::Verbose); }, "say what was done");
    command->callback([directory, &status] {
        const auto copied = copy_self_into(*directory);
        if (copied) {
            note(fmt::format("installed {}", *copied));
        } else {
            error("install: " + copied.error());
        }
        status = copied ? 0 : failed;
    });
}

}  // namespace bewit
