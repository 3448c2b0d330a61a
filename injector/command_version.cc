#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "ebpf/source.h"
#include "engine/event/syscalls.h"
#include "engine/rule/loader.h"
#include "injector/options.h"
#include "injector/version.h"

namespace bewit {

void add_version(CLI::App& program, int& status) {
    auto json = std::make_shared<bool>(false);
    CLI::App* command =
        program.add_subcommand("version", "version, commit, engine version, architecture, built-in sources");
    command->add_flag("--json", *json, "one JSON object");
    command->callback([json, &status] {
        const std::string engine(rule::engine_version), architecture(event::abi_name(event::native_abi()));
        std::vector<std::string> sources{"ptrace"};
        if (ebpf::built_in()) sources.emplace_back("ebpf");
        sources.emplace_back("kmod");
        if (*json) {
            const nlohmann::json object = {{"version", version},
                                           {"commit", commit},
                                           {"engine_version", engine},
                                           {"architecture", architecture},
                                           {"sources", sources}};
            fmt::print("{}\n", object.dump(2));
        } else {
            fmt::print("bewit {} ({})\nengine version: {}\narchitecture: {}\nsources: {}\n", version, commit, engine,
                       architecture, fmt::join(sources, ", "));
        }
        status = 0;
    });
}

}  // namespace bewit
