#include "injector/load_report.h"

#include <fmt/format.h>

namespace bewit {
namespace {

nlohmann::json location_json(const rule::ContextItem& item) {
    return {{"item_type", item.type},
            {"item_name", item.name},
            {"position",
             {{"name", item.place.file},
              {"line", item.place.line},
              {"column", item.place.column},
              {"offset", item.place.offset}}}};
}

nlohmann::json diagnostic_json(const rule::Diagnostic& diagnostic) {
    auto locations = nlohmann::json::array();
    for (const rule::ContextItem& item : diagnostic.context) locations.push_back(location_json(item));
    nlohmann::json object = {{"context", {{"locations", std::move(locations)}, {"snippet", diagnostic.snippet}}},
                             {"code", std::string(rule::code_text(diagnostic.code))},
                             {"codedesc", std::string(rule::code_description(diagnostic.code))},
                             {"message", diagnostic.message}};
    if (const std::string_view remedy = rule::remedy_of(diagnostic); !remedy.empty()) object["remedy"] = remedy;
    return object;
}

nlohmann::json diagnostics_json(const std::vector<rule::Diagnostic>& diagnostics) {
    auto array = nlohmann::json::array();
    for (const rule::Diagnostic& diagnostic : diagnostics) array.push_back(diagnostic_json(diagnostic));
    return array;
}

std::string_view summary(const rule::LoadResult& result) {
    if (!result.ok) return "Invalid";
    return result.warnings.empty() ? "Ok" : "Ok, with warnings";
}

}  // namespace

nlohmann::json load_report_json(const std::vector<rule::LoadResult>& results) {
    auto array = nlohmann::json::array();
    for (const rule::LoadResult& result : results) {
        array.push_back({{"name", result.name},
                         {"successful", result.ok},
                         {"errors", diagnostics_json(result.errors)},
                         {"warnings", diagnostics_json(result.warnings)}});
    }
    return {{"falco_load_results", std::move(array)}};
}

std::string load_report_text(const std::vector<rule::LoadResult>& results) {
    std::string text;
    for (const rule::LoadResult& result : results) {
        text += fmt::format("{}: {}\n", result.name, summary(result));
        for (const rule::Diagnostic& diagnostic : result.errors) text += rule::to_text(diagnostic) + "\n";
        for (const rule::Diagnostic& diagnostic : result.warnings) text += rule::to_text(diagnostic) + "\n";
    }
    return text;
}

}  // namespace bewit
