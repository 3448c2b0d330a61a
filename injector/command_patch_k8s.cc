#include "injector/command_patch.h"
#include "injector/exit_status.h"
#include "injector/message.h"
#include "injector/options.h"
#include "injector/patch/k8s_patch.h"

namespace bewit {
namespace {

int patch_k8s_file(PatchCommand& line) {
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
    patch::Report report;
    const auto result = patch::change_text(*document, [&](const patch::Json& definition) {
        return line.unpatch ? patch::unpatch_k8s(definition)
                            : patch::patch_k8s(definition, line.options, **images, report);
    });
    return give_result(line, *document, result, report);
}

}  // namespace

void add_patch_k8s(CLI::App& parent, int& status) {
    auto line = std::make_shared<PatchCommand>();
    CLI::App* command = parent.add_subcommand("k8s", "Kubernetes manifests: pods, and whatever holds a pod template");
    set_examples(*command,
                 "  bewit patch k8s --bewit-image registry.test/bewit:1 deployment.yaml | kubectl apply -f -\n"
                 "  helm template web ./chart | bewit patch k8s --bewit-image registry.test/bewit:1 --image-config "
                 "app=inspect.json\n"
                 "  bewit patch k8s --unpatch -i deployment.yaml\n");
    add_patch_options(*command, *line);
    add_file_options(*command, *line);
    command->callback([line, &status] { status = patch_k8s_file(*line); });
}

}  // namespace bewit
