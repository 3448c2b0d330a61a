// One file: YAML to a tree, the tree's items to the collector, the collector's set to conditions' trees.
#include "engine/rule/loader.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <optional>

#include <fmt/format.h>

#include "engine/rule/collector.h"
#include "engine/rule/condition_places.h"
#include "engine/rule/items.h"
#include "engine/rule/load_limits.h"
#include "engine/rule/report.h"
#include "engine/rule/resolver.h"
#include "engine/rule/yaml_tree.h"

namespace bewit::rule {
namespace {

// The plugin whose fields are part of bewit.
constexpr std::string_view own_plugin = "container";

std::string size_error() { return fmt::format("The file is larger than {} MiB", limits::file_size >> 20); }

LoadResult failed(std::string_view name, Code code, std::string message, std::string remedy = {}) {
    LoadResult result{std::string(name), false, {}, {}};
    result.errors.push_back(
        {code, std::move(message), std::move(remedy), {{"rules content", "", {std::string(name), 0, 0, 0}}}, {}});
    return result;
}

// What most often is the matter where YAML cannot go on.
std::string yaml_remedy(std::string_view rest, std::string_view message) {
    if (message.find("end of sequence flow") != std::string_view::npos) return "close the list with ]";
    if (message.find("end of map flow") != std::string_view::npos) return "close the map with }";
    if (rest.empty()) return {};
    const char c = rest[0];
    if (c == '\t') return "indent with blanks: YAML allows no tabs there";
    if (c == '%' || c == '@' || c == '`')
        return fmt::format("a value that begins with {} must be in quotes, or be written behind `>`", c);
    if (c == ':') return "a value that holds `: ` must be in quotes, or be written behind `>`";
    return {};
}

bool report_yaml_error(const YamlError& error, Report& report) {
    if (error.line < 0) return report.fail(Code::ErrYamlParse, error.message, nullptr);
    const uint32_t offset = report.source()->offset_of(error.line, error.column);
    const Context context{nullptr, "value for", "", offset};
    return report.fail(Code::ErrYamlParse, error.message, &context,
                       yaml_remedy(report.source()->text().substr(offset), error.message));
}

bool is_satisfied(const PluginRequirement& requirement) {
    for (const PluginVersion& plugin : requirement.alternatives) {
        if (plugin.name == own_plugin) return true;
    }
    return false;
}

Diagnostic plugin_diagnostic(const PluginRequirement& requirement) {
    std::string names;
    for (const PluginVersion& plugin : requirement.alternatives) {
        names += fmt::format("{}{} (>= {})", names.empty() ? "" : ", ", plugin.name, plugin.version);
    }
    const SourceText& source = *requirement.point.source;
    return {
        Code::ErrValidate,
        "Plugin requirement not satisfied, must load one of: " + names,
        fmt::format("bewit loads no plugins and has the fields of one, `{}`: leave out this file, or the requirement "
                    "and what needs it",
                    own_plugin),
        {file_context(source),
         {"required plugin versions entry", requirement.alternatives[0].name, source.place(requirement.point.offset)}},
        source.snippet(requirement.point.offset)};
}

bool check_plugins(const RuleSet& set, Report& report) {
    for (const PluginRequirement& requirement : set.required_plugins) {
        if (!is_satisfied(requirement)) return report.fail(plugin_diagnostic(requirement));
    }
    return true;
}

// The file's bytes; nullopt, with errno, when it cannot be read. Reads no more than one byte beyond the limit.
std::optional<std::string> read_bytes(const std::string& path) {
    std::FILE* file = std::fopen(path.c_str(), "rbe");
    if (file == nullptr) return std::nullopt;
    std::string text;
    std::string block(size_t{1} << 16, '\0');
    while (text.size() <= limits::file_size) {
        const size_t size = std::fread(block.data(), 1, block.size(), file);
        if (size == 0) break;
        text.append(block, 0, size);
    }
    const bool read_failed = std::ferror(file) != 0;
    const int error = errno;
    std::fclose(file);
    errno = error;
    if (read_failed) return std::nullopt;
    return text;
}

}  // namespace

struct Loader::State {
    Collector collector;
    Resolver resolver;

    void add(std::string_view text, Report& report) {
        if (read(text, report) && resolver.resolve(collector, report)) check_plugins(collector.set(), report);
    }

    // The YAML tree is gone before conditions' trees come.
    bool read(std::string_view text, Report& report) {
        const auto tree = parse_yaml(text);
        return tree ? read_items(*tree, collector, report) : report_yaml_error(tree.error(), report);
    }
};

Loader::Loader(Errors errors) : state_(std::make_unique<State>()), errors_(errors) {}
Loader::~Loader() = default;

LoadResult Loader::add(std::string_view name, std::string_view text) {
    if (text.size() > limits::file_size) {
        return failed(name, Code::ErrFileRead, size_error(),
                      "is it a rule file? Large lists can be spread over several files");
    }
    LoadResult result{std::string(name), true, {}, {}};
    try {
        Report report(result, std::make_shared<const SourceText>(name, text), errors_);
        state_->add(report.source()->text(), report);
    } catch (const std::exception& exception) {
        return failed(name, Code::ErrValidate, exception.what());
    }
    return result;
}

LoadResult Loader::add_file(const std::string& path) {
    try {
        const auto text = read_bytes(path);
        if (text) return add(path, *text);
        return failed(path, Code::ErrFileRead, fmt::format("{}: {}", path, std::strerror(errno)),
                      "check that the file is there and may be read");
    } catch (const std::exception& exception) {
        return failed(path, Code::ErrFileRead, exception.what());
    }
}

const RuleSet& Loader::rules() const { return state_->collector.set(); }

RuleSet Loader::take() {
    auto taken = std::move(state_);
    state_ = std::make_unique<State>();
    return std::move(taken->collector.set());
}

}  // namespace bewit::rule
