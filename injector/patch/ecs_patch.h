// ECS task definitions made to run under bewit.
//
// Understood: what `aws ecs register-task-definition` takes, what `describe-task-definition` returns, a bare list of
// container definitions (Terraform), and CloudFormation templates, whose functions stay functions.
#pragma once

#include <string>
#include <vector>

#include "injector/patch/document.h"
#include "injector/patch/options.h"

namespace bewit::patch {

// The label that tells what was done to a container; on bewit's own container, what was done to the task.
inline constexpr const char* ecs_label = "bewit.patch";
// Names in a patched task.
inline constexpr const char* ecs_init_name = "bewit-init";
inline constexpr const char* ecs_sidecar_name = "bewit";
inline constexpr const char* ecs_volume = "bewit";

// The patched definition. An earlier patch is taken away first, so that to patch twice is to patch once. An error means
// that nothing was changed; its pointer names the culprit. That nothing was chosen is no error: `report` counts what
// was.
tl::expected<Json, Problem> patch_ecs(const Json& definition, const Options& options, ImageSource& images,
                                      Report& report);

// The definition without bewit, as it was before patch_ecs(). What has no trace of a patch is returned as it is.
tl::expected<Json, Problem> unpatch_ecs(const Json& definition);

}  // namespace bewit::patch
