#include "injector/rule_setup.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <functional>
#include <set>

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
    std::string text = rule::output_format(rule);
    for (const AppendOutput& append : appends) {
        if (!applies(append, rule)) continue;
        if (append.suggested_output) text += suggested_output;
        if (!append.extra_output.empty()) text += " " + append.extra_output;
    }
    return text;
}

struct Outputs {
    std::vector<alert::Template> templates;  // by position in RuleSet::rules
    std::set<std::string> skipped;           // rules that are left out
};

// Compiles every output. One that names what does not exist is an error, or its rule is skipped where it says so itself; what a
// configuration appended is never a reason to skip.
Outputs compile_outputs(const rule::RuleSet& set, const Configuration& configuration, std::vector<rule::Diagnostic>& diagnostics) {
    Outputs outputs;
    outputs.templates.resize(set.rules.size());
    for (size_t i = 0; i < set.rules.size(); ++i) {
        const rule::Rule& rule = set.rules[i];
        if (rule.resolved == nullptr) continue;
        auto compiled = alert::Template::compile(output_text(rule, configuration.append_output));
        if (compiled) {
            outputs.templates[i] = std::move(*compiled);
            continue;
        }
        // Where the rule's own part is to blame, what is appended to it only blurs the message.
        const auto own = alert::Template::compile(rule::output_format(rule));
        const alert::TemplateError& failure = own ? compiled.error() : own.error();
        const bool skipped = rule.skip_if_unknown_filter && !own && rule::is_of_unknown_name(failure.message);
        if (skipped) outputs.skipped.insert(rule.name);
        diagnostics.push_back(rule::output_diagnostic(rule, skipped ? rule::Code::UnknownFilter : rule::Code::ErrCompileOutput,
                                                      failure.offset, failure.message));
    }
    return outputs;
}

size_t position_of(const rule::Diagnostic& diagnostic, const rule::RuleSet& set) {
    const auto is_rule = [](const rule::ContextItem& item) { return item.type == "rule"; };
    const auto item = std::ranges::find_if(diagnostic.context, is_rule);
    if (item == diagnostic.context.end()) return 0;
    const auto rule = std::ranges::find(set.rules, item->name, &rule::Rule::name);
    return static_cast<size_t>(rule - set.rules.begin());
}

bool is_of_unused(const rule::Diagnostic& warning) {
    return warning.code == rule::Code::UnusedMacro || warning.code == rule::Code::UnusedList;
}

// As if rule after rule had been compiled, up to the first error. What nothing refers to comes last, and only when there is none.
void add_diagnostics(std::vector<rule::Diagnostic> found, const rule::RuleSet& set, rule::LoadResult& result) {
    std::ranges::stable_sort(found, {}, [&](const rule::Diagnostic& diagnostic) { return position_of(diagnostic, set); });
    for (rule::Diagnostic& diagnostic : found) {
        const bool fatal = rule::is_error(diagnostic.code);
        (fatal ? result.errors : result.warnings).push_back(std::move(diagnostic));
        if (!fatal) continue;
        result.ok = false;
        std::erase_if(result.warnings, is_of_unused);
        return;
    }
    std::ranges::stable_partition(result.warnings, std::not_fn(is_of_unused));
}

void compile_into(RuleSetup& setup, const Configuration& configuration, rule::LoadResult& result) {
    std::vector<rule::Diagnostic> found;
    Outputs outputs = compile_outputs(setup.set, configuration, found);
    match::Options options = configuration.selection;
    options.skipped_rules = std::move(outputs.skipped);
    setup.rules = std::make_unique<match::Rules>(setup.set, options, found);
    setup.outputs.reserve(setup.rules->selected().size());
    for (const match::CompiledRule& compiled : setup.rules->selected()) {
        const auto position = static_cast<size_t>(compiled.rule - setup.set.rules.data());
        setup.outputs.push_back(std::move(outputs.templates[position]));
        std::vector<const field::Field*> printed;
        setup.outputs.back().collect(printed);
        setup.rules->set_output(compiled, printed);
    }
    add_diagnostics(std::move(found), setup.set, result);
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

rule::LoadResult check_source(const RuleSource& source, rule::Loader& loader) {
    const Configuration configuration;
    rule::LoadResult result = source.error.empty() ? loader.add(source.name, source.text) : loader.add_file(source.name);
    if (!result.ok) return result;
    std::vector<rule::Diagnostic> found;
    match::Options options = configuration.selection;
    options.skipped_rules = compile_outputs(loader.rules(), configuration, found).skipped;
    const match::Rules compiled(loader.rules(), options, found);
    // Warnings about earlier files were told with them. An error in one of those is new: this source brought it about.
    std::erase_if(found, [&](const rule::Diagnostic& d) {
        return !rule::is_error(d.code) && !d.context.empty() && d.context.back().place.file != source.name;
    });
    add_diagnostics(std::move(found), loader.rules(), result);
    return result;
}

std::vector<rule::LoadResult> check_rules(const std::vector<std::string>& names) {
    std::vector<rule::LoadResult> results;
    rule::Loader loader;
    std::set<std::string> told;
    for (const RuleSource& source : read_rule_sources(names)) {
        rule::LoadResult result = check_source(source, loader);
        const auto is_told = [&](const rule::Diagnostic& error) { return !told.insert(rule::to_text(error)).second; };
        if (std::erase_if(result.errors, is_told) != 0 && result.errors.empty()) result.ok = true;
        results.push_back(std::move(result));
    }
    return results;
}

}  // namespace bewit
