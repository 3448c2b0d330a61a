// One task definition, in either spelling.
#pragma once

#include <string>
#include <vector>

#include "injector/patch/container.h"
#include "injector/patch/ecs_names.h"
#include "injector/patch/options.h"

namespace bewit::patch {

// A tag's value by key, kilt's conventions among them.
struct EcsTag {
    std::string key;
    const Json* value;
};

// `task` holds containerDefinitions; `bare` means that it has no place for volumes. Throws nothing; on an error `task`
// is of no use any more.
tl::expected<void, Problem> patch_task(Json& task, const EcsNames& names, bool bare, const std::vector<EcsTag>& tags,
                                       const Options& options, ImageSource& images, Report& report);
void unpatch_task(Json& task, const EcsNames& names);

}  // namespace bewit::patch
