// What the commands that patch have in common on the command line.
#pragma once

#include <memory>

#include <CLI/CLI.hpp>

#include "injector/image/sources.h"
#include "injector/patch/patch_text.h"

namespace bewit {

struct PatchCommand {
    patch::Options options{};
    std::string shape = "init";
    std::string file = "-";
    image::SourceOptions sources{};
    int registry_timeout = 30;  // seconds
    std::string alerts{};
    bool unpatch = false, diff = false, in_place = false;
};

// How bewit is started, where the workload's command comes from, which containers.
void add_patch_options(CLI::App& command, PatchCommand& line);
// Where the definition comes from, and what is done with the result.
void add_file_options(CLI::App& command, PatchCommand& line);

// Checks the options against each other and completes line.options. The error is one sentence.
tl::expected<void, std::string> complete(PatchCommand& line);
// Everything that the line names as a source of image configurations.
tl::expected<std::unique_ptr<patch::ImageSource>, std::string> open_images(const PatchCommand& line);

// The file that the line names, or the standard input. Its errors are said, and nullopt is left.
std::optional<patch::Document> read_definition(const PatchCommand& line);
// Prints the result, the difference, or replaces the file, after what `report` notes; or says why there is no result. A
// choice of containers that none of the definition met is an error: nothing would be guarded, and nobody told. The exit
// status.
int give_result(const PatchCommand& line, const patch::Document& document,
                const tl::expected<std::string, patch::Problem>& result, const patch::Report& report);

void add_patch_ecs(CLI::App& parent, int& status);
void add_patch_k8s(CLI::App& parent, int& status);

}  // namespace bewit
