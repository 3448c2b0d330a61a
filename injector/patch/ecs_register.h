// From the answer of describe-task-definition to the request of register-task-definition.
#pragma once

#include "injector/patch/document.h"

namespace bewit::patch {

// Without what ECS gave the definition (revision, ARN, status, ...), tags kept. Every other shape is returned as it is.
Json registrable(const Json& definition);

}  // namespace bewit::patch
