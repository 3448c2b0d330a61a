// What is found in one file while it is read, with the way to each place.
#pragma once

#include <string>
#include <string_view>

#include "engine/rule/findings.h"
#include "engine/rule/load_limits.h"
#include "engine/rule/loader.h"
#include "engine/rule/text_origin.h"
#include "engine/rule/yaml_tree.h"

namespace bewit::rule {

// One step of the way to what is being read; lives on the stack, and points at the step before it.
struct Context {
    const Context* parent = nullptr;  // null: the file
    std::string_view type;
    std::string_view name;
    uint32_t offset = 0;
};

class Report {
public:
    Report(LoadResult& result, SourcePtr source, Loader::Errors errors = Loader::Errors::First)
        : result_(result),
          source_(std::move(source)),
          most_errors_(errors == Loader::Errors::All ? limits::errors : 1),
          warnings_(result.warnings) {}

    const SourcePtr& source() const { return source_; }
    uint32_t offset_of(const YamlNode& node) const { return source_->offset_of(node.line, node.column); }
    SourcePoint point_of(const YamlNode& node) const { return {source_, offset_of(node)}; }
    Place place_of(const YamlNode& node) const { return source_->place(offset_of(node)); }

    Context step(const Context* parent, std::string_view type, std::string_view name, const YamlNode& node) const {
        return {parent, type, name, offset_of(node)};
    }

    // An error; always false, for `return report.fail(...)`.
    bool fail(Code code, std::string message, const Context* context, std::string remedy = {});
    void warn(Code code, std::string message, const Context* context, std::string remedy = {});
    // The same for what is known only in other files.
    bool fail(Diagnostic diagnostic);
    void warn(Diagnostic diagnostic);
    // Warnings are no longer told: they need not be made.
    bool is_full() const { return warnings_.is_full(source_.get()); }

    // Whether, behind an error, what does not depend on it is to be looked at too.
    bool goes_on() const { return result_.errors.size() < most_errors_; }
    // Whether `step` succeeds for every one; behind one that reported an error and failed it goes on where the report
    // does.
    template <class Range, class Step>
    bool every(const Range& range, Step step) const {
        bool good = true;
        for (const auto& one : range) {
            if (step(one)) continue;
            if (!goes_on()) return false;
            good = false;
        }
        return good;
    }

    // Counts what is taken out of the file; false, with an error, when aliases make that too much.
    bool charge(size_t values, size_t bytes, const Context* context);

private:
    Diagnostic diagnostic(Code code, std::string message, const Context* context, std::string remedy) const;

    LoadResult& result_;
    SourcePtr source_;
    size_t most_errors_;
    Findings warnings_;
    size_t values_ = 0, bytes_ = 0;
};

}  // namespace bewit::rule
