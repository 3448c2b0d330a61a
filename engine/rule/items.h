// The kinds of items in a rule file, each read by a function of its own into the collector.
#pragma once

#include "engine/rule/collector.h"
#include "engine/rule/report.h"
#include "engine/rule/yaml_tree.h"

namespace bewit::rule {

// All items of a file. False when an error was reported: what stands behind it is not read.
bool read_items(const YamlTree& tree, Collector& collector, Report& report);

// `item` is a map that has the key by which items of this kind are told.
bool read_engine_version(const YamlNode& item, Collector& collector, Report& report);
bool read_plugin_versions(const YamlNode& item, Collector& collector, Report& report);
bool read_list(const YamlNode& item, Collector& collector, Report& report);
bool read_macro(const YamlNode& item, Collector& collector, Report& report);
bool read_rule(const YamlNode& item, Collector& collector, Report& report);

}  // namespace bewit::rule
