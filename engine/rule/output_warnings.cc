#include "engine/rule/output_warnings.h"

#include <array>

#include <fmt/format.h>

#include "engine/rule/diagnostic_place.h"

namespace bewit::rule {
namespace {

constexpr std::array<std::string_view, 6> deprecated_fields = {
    "evt.dir", "evt.latency", "evt.latency.s", "evt.latency.ns", "evt.latency.human", "evt.wait_latency"};

}  // namespace

void warn_of_output(const Rule& rule, Report& report) {
    if (rule.output.find(removed_format) != std::string::npos) {
        report.warn(
            rule_diagnostic(rule, Code::DeprecatedItem,
                            "%container.info is deprecated and no more useful, and will be dropped by Falco 1.0.0. The "
                            "container plugin will automatically add required fields to the output message."));
    }
    const std::string format = output_format(rule);
    for (std::string_view field : deprecated_fields) {
        const size_t at = format.find(field);
        if (at == std::string::npos) continue;
        report.warn(output_diagnostic(
            rule, Code::DeprecatedItem, at,
            fmt::format("usage of deprecated field '{}' has been detected in the rule output", field)));
    }
}

}  // namespace bewit::rule
