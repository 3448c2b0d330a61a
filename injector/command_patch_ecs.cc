#include <fmt/format.h>

#include "injector/command_patch.h"
#include "injector/exit_status.h"
#include "injector/message.h"
#include "injector/options.h"
#include "injector/patch/ecs_patch.h"
#include "injector/patch/ecs_register.h"

namespace bewit {
namespace {

int patch_ecs_file(PatchCommand& line, bool for_register) {
    if (const auto fit = complete(line); !fit) {
        error("patch: " + fit.error());
        return usage_error;
    }
    const auto images = open_images(line);
    if (!images) {
        error("patch: " + images.error());
        return failed;
    }
    const auto document = read_definition(line);
    if (!document) return failed;
    if (document->roots.size() != 1) {
        error(fmt::format("{}: there must be one document, and there are {}", line.file, document->roots.size()));
        return failed;
    }
    patch::Report report;
    const auto result =
        patch::change_text(*document, [&](const patch::Json& definition) -> tl::expected<patch::Json, patch::Problem> {
            auto changed = line.unpatch ? patch::unpatch_ecs(definition)
                                        : patch::patch_ecs(definition, line.options, **images, report);
            if (changed && for_register) return patch::registrable(*changed);
            return changed;
        });
    return give_result(line, *document, result, report);
}

}  // namespace

void add_patch_ecs(CLI::App& parent, int& status) {
    auto line = std::make_shared<PatchCommand>();
    auto for_register = std::make_shared<bool>(false);
    CLI::App* command =
        parent.add_subcommand("ecs", "a task definition of Amazon ECS, or a CloudFormation template that holds some");
    set_examples(
        *command,
        "  bewit patch ecs --bewit-image registry.test/bewit:1 task.json > guarded.json\n"
        "  aws ecs describe-task-definition --task-definition web | bewit patch ecs --register --bewit-image "
        "registry.test/bewit:1 > new.json\n"
        "  bewit patch ecs --bewit-image registry.test/bewit:1 --image-config app=inspect.json --diff template.yaml\n"
        "  bewit patch ecs --unpatch guarded.json\n");
    add_patch_options(*command, *line);
    add_file_options(*command, *line);
    command->add_flag(
        "--add-ptrace", line->options.ptrace_capability,
        "add the capability SYS_PTRACE, which `bewit run` needs only for setuid programs under --no-seccomp");
    command
        ->add_option("--image-credentials", line->options.image_credentials,
                     "the secret with which ECS pulls --bewit-image")
        ->type_name("ARN");
    command->add_flag("--register", *for_register,
                      "from the output of describe-task-definition, make what register-task-definition takes");
    command->callback([line, for_register, &status] { status = patch_ecs_file(*line, *for_register); });
}

}  // namespace bewit
