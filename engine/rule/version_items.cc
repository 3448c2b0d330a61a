// What a file asks of the engine and of plugins.
#include <fmt/format.h>

#include "engine/rule/item_reader.h"
#include "engine/rule/items.h"
#include "engine/rule/keys.h"
#include "engine/rule/version.h"

namespace bewit::rule {
namespace {

using Kind = YamlNode::Kind;

// A name and a version.
bool read_plugin(const ItemReader& reader, PluginVersion& out) {
    return reader.read("name", out.name) && reader.read("version", out.version);
}

bool read_alternatives(const YamlNode& entry, const Context& context, Report& report, PluginRequirement& out) {
    const YamlNode::Pair pair = entry.pair("alternatives");
    if (pair.value == nullptr) return true;
    if (!pair.value->is(Kind::Sequence)) {
        return report.fail(Code::ErrYamlValidate, "Value of plugin version alternatives must be a sequence", &context);
    }
    for (const YamlNode* alternative : pair.value->children) {
        const Context step = report.step(&context, "required plugin versions alternative", "", *alternative);
        if (!alternative->is(Kind::Map)) {
            return report.fail(Code::ErrYamlValidate, "Plugin version alternative must be a mapping", &step);
        }
        if (!read_plugin({*alternative, step, report}, out.alternatives.emplace_back())) return false;
    }
    return true;
}

bool read_requirement(const YamlNode& entry, const Context& parent, Collector& collector, Report& report) {
    const Context unnamed = report.step(&parent, "required plugin versions entry", "", entry);
    if (!entry.is(Kind::Map)) return report.fail(Code::ErrYamlValidate, "Plugin version must be a mapping", &unnamed);
    PluginRequirement requirement;
    requirement.point = report.point_of(entry);
    PluginVersion plugin;
    if (!read_plugin({entry, unnamed, report}, plugin)) return false;
    requirement.alternatives.push_back(plugin);
    const Context named = report.step(&parent, "required plugin versions entry", plugin.name, entry);
    return read_alternatives(entry, named, report, requirement) &&
           collector.require_plugin(std::move(requirement), named, report);
}

}  // namespace

bool read_engine_version(const YamlNode& item, Collector& collector, Report& report) {
    const Context context = report.step(nullptr, "required_engine_version", "", item);
    const ItemReader reader(item, context, report);
    std::string version;
    if (!reader.read("required_engine_version", version)) return false;
    uint32_t number = 0;
    if (decode_number(version, number)) version = fmt::format("0.{}.0", number);
    if (!Version::parse(version)) {
        return reader.fail(
            Code::ErrYamlValidate,
            fmt::format("Unable to parse engine version '{}' as a semver string. Expected \"x.y.z\" semver format.",
                        version));
    }
    return collector.require_engine(version, context, report) &&
           reader.warn_of_unknown_keys(keys_of("required_engine_version").known);
}

bool read_plugin_versions(const YamlNode& item, Collector& collector, Report& report) {
    const YamlNode::Pair pair = item.pair("required_plugin_versions");
    const Context context = report.step(nullptr, "required plugin versions", "", pair.shown());
    if (!pair.value->is(Kind::Sequence)) {
        return report.fail(Code::ErrYamlValidate, "Value of required_plugin_versions must be a sequence", &context);
    }
    for (const YamlNode* entry : pair.value->children) {
        if (!read_requirement(*entry, context, collector, report)) return false;
    }
    return ItemReader(item, context, report).warn_of_unknown_keys(keys_of("required_plugin_versions").known);
}

}  // namespace bewit::rule
