#include "injector/rule_setup.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

#include "engine/rule/diagnostic_place.h"
#include "engine/rule/findings.h"

namespace bewit {
namespace {

namespace fs = std::filesystem;

// What Falco's container plugin suggests for every rule's output.
constexpr std::string_view suggested_output =
    " container_id=%container.id container_name=%container.name container_image_repository=%container.image.repository"
    " container_image_tag=%container.image.tag k8s_pod_name=%k8s.pod.name k8s_ns_name=%k8s.ns.name";

bool is_rule_file(const fs::path& path) { return path.extension() == ".yaml" || path.extension() == ".yml"; }

void list_directory(const std::string& path, std::vector<RuleSource>& sources) {
    std::error_code failure;
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(path, failure)) {
        if (entry.is_regular_file(failure) && is_rule_file(entry.path())) files.push_back(entry.path());
    }
    if (failure) files = {path};
    std::sort(files.begin(), files.end());
    for (std::string& file : files) sources.push_back({.name = std::move(file), .text = std::nullopt});
}

rule::LoadResult add_to(rule::Loader& loader, const RuleSource& source) {
    return source.text ? loader.add(source.name, *source.text) : loader.add_file(source.name);
}

bool applies(const AppendOutput& append, const rule::Rule& rule) {
    const auto has_tag = [&](const std::string& tag) { return rule.tags.contains(tag); };
    return (append.source.empty() || append.source == rule.source) &&
           (append.rule.empty() || append.rule == rule.name) &&
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

// Compiles every output. One that names what does not exist is an error, or its rule is skipped where it says so
// itself; what a configuration appended is never a reason to skip.
Outputs compile_outputs(const rule::RuleSet& set, const Configuration& configuration,
                        std::vector<rule::Diagnostic>& diagnostics) {
    rule::Findings findings(diagnostics);
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
        const rule::Code code = skipped ? rule::Code::UnknownFilter : rule::Code::ErrCompileOutput;
        findings.add(rule.point.source.get(),
                     [&] { return rule::output_diagnostic(rule, code, failure.offset, failure.message); });
    }
    return outputs;
}

// Where the rule of a diagnostic was defined, among all rules: its place tells, since names may be cut.
class Positions {
public:
    explicit Positions(const rule::RuleSet& set) {
        for (size_t i = 0; i < set.rules.size(); ++i) {
            const rule::Place& place = set.rules[i].place;
            by_place_.emplace(std::pair(place.file, place.offset), i);
        }
    }
    size_t of(const rule::Diagnostic& diagnostic) const {
        const auto is_rule = [](const rule::ContextItem& item) { return item.type == "rule"; };
        const auto item = std::ranges::find_if(diagnostic.context, is_rule);
        if (item == diagnostic.context.end()) return 0;
        const auto known = by_place_.find({item->place.file, item->place.offset});
        return known == by_place_.end() ? by_place_.size() : known->second;
    }

private:
    std::map<std::pair<std::string, uint32_t>, size_t> by_place_;
};

bool is_of_unused(const rule::Diagnostic& warning) {
    return warning.code == rule::Code::UnusedMacro || warning.code == rule::Code::UnusedList;
}

// As if rule after rule had been compiled, up to the first error unless all are asked for. What nothing refers to comes
// last, and only when there is none.
void add_diagnostics(std::vector<rule::Diagnostic> found, const rule::RuleSet& set, rule::Loader::Errors errors,
                     rule::LoadResult& result) {
    const Positions positions(set);
    std::ranges::stable_sort(found, {}, [&](const rule::Diagnostic& diagnostic) { return positions.of(diagnostic); });
    for (rule::Diagnostic& diagnostic : found) {
        const bool fatal = rule::is_error(diagnostic.code);
        (fatal ? result.errors : result.warnings).push_back(std::move(diagnostic));
        if (!fatal) continue;
        result.ok = false;
        if (errors == rule::Loader::Errors::First) break;
    }
    if (!result.ok) std::erase_if(result.warnings, is_of_unused);
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
    add_diagnostics(std::move(found), setup.set, rule::Loader::Errors::First, result);
    if (!result.ok) setup.rules.reset();
}

}  // namespace

std::vector<RuleSource> list_rule_sources(const std::vector<std::string>& names) {
    std::vector<RuleSource> sources;
    for (const std::string& name : names) {
        std::error_code ignored;
        if (name == "builtin") {
            sources.push_back({.name = name, .text = std::string(builtin_rules())});
        } else if (fs::is_directory(name, ignored)) {
            list_directory(name, sources);
        } else {
            sources.push_back({.name = name, .text = std::nullopt});
        }
    }
    return sources;
}

std::vector<std::string> empty_directories(const std::vector<std::string>& names) {
    std::vector<std::string> empty;
    std::ranges::copy_if(names, std::back_inserter(empty), [](const std::string& name) {
        return name != "builtin" && list_rule_sources({name}).empty();
    });
    return empty;
}

std::unique_ptr<RuleSetup> set_up_rules(const Configuration& configuration) {
    auto setup = std::make_unique<RuleSetup>();
    rule::Loader loader;
    for (const RuleSource& source : list_rule_sources(configuration.rules)) {
        setup->results.push_back(add_to(loader, source));
        if (!setup->results.back().ok) return setup;
    }
    setup->set = loader.take();
    // Directories may be empty; then there are no rules, and none has an error.
    rule::LoadResult nothing;
    compile_into(*setup, configuration, setup->results.empty() ? nothing : setup->results.back());
    return setup;
}

std::string errors_of(const RuleSetup& setup) {
    std::string text;
    for (const rule::LoadResult& result : setup.results) {
        for (const rule::Diagnostic& diagnostic : result.errors) text += rule::to_text(diagnostic) + "\n";
    }
    return text;
}

rule::LoadResult check_source(const RuleSource& source, rule::Loader& loader, rule::Loader::Errors errors) {
    const Configuration configuration;
    rule::LoadResult result = add_to(loader, source);
    if (!result.ok && errors == rule::Loader::Errors::First) return result;
    std::vector<rule::Diagnostic> found;
    match::Options options = configuration.selection;
    options.skipped_rules = compile_outputs(loader.rules(), configuration, found).skipped;
    const match::Rules compiled(loader.rules(), options, found);
    // Warnings about earlier files were told with them. An error in one of those is new: this source brought it about.
    std::erase_if(found, [&](const rule::Diagnostic& d) {
        return !rule::is_error(d.code) && !d.context.empty() && d.context.back().place.file != source.name;
    });
    add_diagnostics(std::move(found), loader.rules(), errors, result);
    return result;
}

std::vector<rule::LoadResult> check_rules(const std::vector<std::string>& names, rule::Loader::Errors errors) {
    std::vector<rule::LoadResult> results;
    rule::Loader loader(errors);
    std::set<std::string> told;
    for (const RuleSource& source : list_rule_sources(names)) {
        rule::LoadResult result = check_source(source, loader, errors);
        const auto is_told = [&](const rule::Diagnostic& error) { return !told.insert(rule::to_text(error)).second; };
        if (std::erase_if(result.errors, is_told) != 0 && result.errors.empty()) result.ok = true;
        results.push_back(std::move(result));
    }
    return results;
}

}  // namespace bewit
