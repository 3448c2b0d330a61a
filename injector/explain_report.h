// What rules need, as `bewit explain` tells it: for each rule its condition, events and fields; of all together the
// Interest and the seccomp program.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "injector/rule_setup.h"

namespace bewit {

// Needs setup.ok(). Objects `rules`, `interest` and `seccomp`.
nlohmann::json explain_json(const RuleSetup& setup);
// The same for people, made from explain_json()'s object.
std::string explain_text(const nlohmann::json& object);

}  // namespace bewit
