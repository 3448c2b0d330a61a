#include "engine/rule/report.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/rule/condition_places.h"
#include "engine/rule/load_limits.h"

namespace bewit::rule {

Diagnostic Report::diagnostic(Code code, std::string message, const Context* context, std::string remedy) const {
    Diagnostic result{code, std::move(message), std::move(remedy), {}, {}};
    for (const Context* step = context; step != nullptr; step = step->parent) {
        result.context.push_back({std::string(step->type), std::string(step->name), source_->place(step->offset)});
    }
    result.context.push_back(file_context(*source_));
    std::reverse(result.context.begin(), result.context.end());
    result.snippet = source_->snippet(context != nullptr ? context->offset : 0);
    return result;
}

bool Report::fail(Code code, std::string message, const Context* context, std::string remedy) {
    return fail(diagnostic(code, std::move(message), context, std::move(remedy)));
}

void Report::warn(Code code, std::string message, const Context* context, std::string remedy) {
    warnings_.add(source_.get(), [&] { return diagnostic(code, std::move(message), context, std::move(remedy)); });
}

bool Report::fail(Diagnostic diagnostic) {
    abbreviate(diagnostic);
    result_.errors.push_back(std::move(diagnostic));
    result_.ok = false;
    return false;
}

void Report::warn(Diagnostic diagnostic) {
    warnings_.add(source_.get(), [&] { return std::move(diagnostic); });
}

bool Report::charge(size_t values, size_t bytes, const Context* context) {
    values_ += values;
    bytes_ += bytes;
    if (values_ <= limits::decoded_values && bytes_ <= limits::decoded_bytes) return true;
    return fail(Code::ErrYamlValidate,
                fmt::format("The file's aliases expand to more than {} values or {} MiB", limits::decoded_values,
                            limits::decoded_bytes >> 20),
                context, "write the values once, in a list, and refer to the list by its name");
}

}  // namespace bewit::rule
