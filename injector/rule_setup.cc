#include "injector/rule_setup.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

#include "engine/rule/diagnostic_place.h"
#include "injector/text_file.h"

namespace bewit {
namespace {

namespace fs = std::filesystem;

// What Falco's container plugin suggests for every rule's output.
constexpr std::string_view suggested_output =
    " container_id=%container.id container_name=%container.name container_image_repository=%container.image.repository"
    " container_image_tag=%container.image.tag k8s_pod_name=%k8s.pod.name k8s_ns_name=%k8s.ns.name";

RuleSource read_file(const std::string& path) {
    if (auto text = read_text_file(path)) return {.name = path, .text = std::move(*text), .error = {}};
    return {.name = path, .text = {}, .error = fmt::format("the rule file {} cannot be read: {}", path, std::strerror(errno))};
}

bool is_rule_file(const fs::path& path) { return path.extension() == ".yaml" || path.extension() == ".yml"; }

void read_directory(const std::string& path, std::vector<RuleSource>& sources) {
    std::error_code failure;
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(path, failure)) {
        if (entry.is_regular_file(failure) && is_rule_file(entry.path())) files.push_back(entry.path());
    }
    if (failure) sources.push_back({.name = path, .text = {}, .error = fmt::format("the directory {} cannot be read: {}", path, failure.message())});
    std::sort(files.begin(), files.end());
    for (const std::string& file : files) sources.push_back(read_file(file));
}

bool applies(const AppendOutput& append, const rule::Rule& rule) {
    const auto has_tag = [&](const std::string& tag) { return rule.tags.contains(tag); };
    return (append.source.empty() || append.source == rule.source) && (append.rule.empty() || append.rule == rule.name) &&
           std::all_of(append.tags.begin(), append.tags.end(), has_tag);
}

std::string output_text(const rule::Rule& rule, const std::vector<AppendOutput>& appends) {
    std::string text = rule.output;
    for (const AppendOutput& append : appends) {
        if (!applies(append, rule)) continue;
        if (append.suggested_output) text += suggested_output;
        if (!append.extra_output.empty()) text += " " + append.extra_output;
    }
    return text;
}

using Templates = std::vector<alert::Template>;  // by position in RuleSet::rules

// Compiles every output; a rule whose output names what does not exist is an error, or dropped where it says so itself.
Templates compile_outputs(const rule::RuleSet& set, const Configuration& configuration, std::vector<rule::Diagnostic>& diagnostics) {
    Templates outputs(set.rules.size());
    for (size_t i = 0; i < set.rules.size(); ++i) {
        const rule::Rule& rule = set.rules[i];
        if (rule.resolved == nullptr) continue;
        auto compiled = alert::Template::compile(output_text(rule, configuration.append_output));
        if (compiled) {
            outputs[i] = std::move(*compiled);
            continue;
        }
        const auto code = rule.skip_if_unknown_filter ? rule::Code::UnknownFilter : rule::Code::ErrCompileOutput;
        diagnostics.push_back(rule::output_diagnostic(rule, code, compiled.error().offset, compiled.error().message));
    }
    return outputs;
}

void sort_diagnostics(std::vector<rule::Diagnostic> found, rule::LoadResult& result) {
    for (rule::Diagnostic& diagnostic : found) {
        const bool fatal = rule::is_error(diagnostic.code);
        (fatal ? result.errors : result.warnings).push_back(std::move(diagnostic));
        if (fatal) result.ok = false;
    }
}

void compile_into(RuleSetup& setup, const Configuration& configuration, rule::LoadResult& result) {
    std::vector<rule::Diagnostic> found;
    Templates outputs = compile_outputs(setup.set, configuration, found);
    setup.rules = std::make_unique<match::Rules>(setup.set, configuration.selection, found);
    setup.outputs.reserve(setup.rules->selected().size());
    for (const match::CompiledRule& compiled : setup.rules->selected()) {
        const auto position = static_cast<size_t>(compiled.rule - setup.set.rules.data());
        setup.outputs.push_back(std::move(outputs[position]));
        std::vector<const field::Field*> printed;
        setup.outputs.back().collect(printed);
        setup.rules->set_output(compiled, printed);
    }
    sort_diagnostics(std::move(found), result);
    if (!result.ok) setup.rules.reset();
}

}  // namespace

std::vector<RuleSource> read_rule_sources(const std::vector<std::string>& names) {
    std::vector<RuleSource> sources;
    for (const std::string& name : names) {
        std::error_code ignored;
        if (name == "builtin") {
            sources.push_back({.name = name, .text = std::string(builtin_rules()), .error = {}});
        } else if (fs::is_directory(name, ignored)) {
            read_directory(name, sources);
        } else {
            sources.push_back(read_file(name));
        }
    }
    return sources;
}

std::unique_ptr<RuleSetup> set_up_rules(const Configuration& configuration) {
    auto setup = std::make_unique<RuleSetup>();
    rule::Loader loader;
    bool ok = true;
    for (const RuleSource& source : read_rule_sources(configuration.rules)) {
        setup->results.push_back(source.error.empty() ? loader.add(source.name, source.text) : loader.add_file(source.name));
        ok = ok && setup->results.back().ok;
        if (!ok) return setup;
    }
    setup->set = loader.take();
    if (!setup->results.empty()) compile_into(*setup, configuration, setup->results.back());
    return setup;
}

std::vector<rule::LoadResult> check_rules(const std::vector<std::string>& names) {
    const Configuration configuration;
    std::vector<rule::LoadResult> results;
    rule::Loader loader;
    for (const RuleSource& source : read_rule_sources(names)) {
        rule::LoadResult result = source.error.empty() ? loader.add(source.name, source.text) : loader.add_file(source.name);
        if (result.ok) {
            std::vector<rule::Diagnostic> found;
            compile_outputs(loader.rules(), configuration, found);
            const match::Rules compiled(loader.rules(), configuration.selection, found);
            // What earlier files are to blame for was told with them.
            std::erase_if(found, [&](const rule::Diagnostic& d) { return !d.context.empty() && d.context.back().place.file != source.name; });
            sort_diagnostics(std::move(found), result);
        }
        results.push_back(std::move(result));
    }
    return results;
}

}  // namespace bewit
