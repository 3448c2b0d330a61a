// The files of one family of cases: tests/conformance/FAMILY/*.yaml, each a sequence of maps.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <yaml-cpp/yaml.h>

namespace bewit::conformance {

// Calls `run` with every case of the family, its file and line captured for messages. The test fails when the family
// has no files, or a file is no sequence of maps.
void for_each_case(const std::string& family, const std::function<void(const YAML::Node&)>& run);

// "file.yaml:12", for messages.
std::string place_of(const std::string& file, const YAML::Node& node);

// A scalar or a sequence of scalars; empty when there is none.
std::vector<std::string> texts(const YAML::Node& node);
std::string text_or(const YAML::Node& node, const std::string& otherwise);

// Fails for a key that is not among those: a slip of the pen would make a case say nothing.
void check_keys(const YAML::Node& map, const std::vector<std::string>& known);

}  // namespace bewit::conformance
