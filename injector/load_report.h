// What loading rule files found, in the shapes that people and programs expect: text, and the JSON of Falco's own
// validation.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/rule/loader.h"

namespace bewit {

// {"falco_load_results": [{"name", "successful", "errors": [...], "warnings": [...]}]}
nlohmann::json load_report_json(const std::vector<rule::LoadResult>& results);
// Per file `name: Ok`, `name: Ok, with warnings` or `name: Invalid`, each problem with its place, its line and a remedy
// below it.
std::string load_report_text(const std::vector<rule::LoadResult>& results);

}  // namespace bewit
