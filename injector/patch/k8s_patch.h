// Kubernetes manifests made to run under bewit: pods, and every kind that holds a pod template.
#pragma once

#include <string>
#include <vector>

#include "injector/patch/document.h"
#include "injector/patch/options.h"

namespace bewit::patch {

// On the pod or its template: "false" leaves it out, "true" is what Options::opt_in asks for.
inline constexpr const char* k8s_inject_annotation = "bewit/inject";
// What was done, as JSON; by it a patch is taken away again.
inline constexpr const char* k8s_record_annotation = "bewit/patched";
// Names in a patched pod.
inline constexpr const char* k8s_init_name = "bewit-init";
inline constexpr const char* k8s_volume = "bewit";

// Whether the annotations of a pod (or of a template) let it be patched.
bool admits(const Json& pod, const Options& options);

// One object of a manifest, patched; objects without pods (and lists of them) are returned as they are. An earlier
// patch is taken away first. SYS_PTRACE is never added, since EKS on Fargate schedules no pod that asks for it. An
// error means that nothing was changed; its pointer names the culprit.
tl::expected<Json, Problem> patch_k8s(const Json& object, const Options& options, ImageSource& images, Report& report);

// The object as it was before patch_k8s().
tl::expected<Json, Problem> unpatch_k8s(const Json& object);

}  // namespace bewit::patch
