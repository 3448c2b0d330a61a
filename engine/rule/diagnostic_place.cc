#include "engine/rule/diagnostic_place.h"

#include "engine/rule/condition_places.h"

namespace bewit::rule {
namespace {

// What stands in for the origin of a rule that no loader made.
ConditionOrigin bare_origin(const Rule& rule) {
    ConditionOrigin origin;
    origin.type = "rule";
    origin.name = rule.name;
    origin.place = rule.place;
    origin.condition_place = rule.condition_place;
    origin.written = rule.resolved_text.empty() ? rule.condition : rule.resolved_text;
    return origin;
}

Diagnostic in_rule(const Rule& rule, Code code, std::string message, std::string remedy) {
    Diagnostic diagnostic{code, std::move(message), std::move(remedy), {}, {}};
    if (rule.point.source != nullptr) diagnostic.context.push_back(file_context(*rule.point.source));
    diagnostic.context.push_back({"rule", rule.name, rule.place});
    return diagnostic;
}

// Output formats lack what outputs have: the byte of the output that byte `offset` of the format stands for.
size_t output_offset(std::string_view output, size_t offset) {
    for (size_t at = output.find(removed_format); at != std::string_view::npos && at <= offset;
         at = output.find(removed_format, at + removed_format.size())) {
        offset += removed_format.size();
    }
    return offset;
}

}  // namespace

Diagnostic condition_diagnostic(const Rule& rule, Code code, filter::Location location, std::string message,
                                std::string remedy) {
    if (rule.condition_origin == nullptr) {
        const ConditionOrigin origin = bare_origin(rule);
        return origin_diagnostic(origin, code, location.offset, std::move(message), std::move(remedy));
    }
    const MacroTexts::Found macro =
        rule.macro_texts != nullptr ? rule.macro_texts->find(location.offset) : MacroTexts::Found{};
    if (macro.origin == nullptr) {
        return origin_diagnostic(*rule.condition_origin, code, location.offset, std::move(message), std::move(remedy));
    }
    Diagnostic diagnostic = in_rule(rule, code, std::move(message), std::move(remedy));
    diagnostic.context.push_back({"rule condition", "", rule.condition_place});
    add_condition_steps(diagnostic, *macro.origin, macro.offset);
    return diagnostic;
}

Diagnostic condition_diagnostic(const Macro& macro, Code code, filter::Location location, std::string message,
                                std::string remedy) {
    const MacroTexts::Found found =
        macro.macro_texts != nullptr ? macro.macro_texts->find(location.offset) : MacroTexts::Found{};
    if (found.origin != nullptr) {
        return origin_diagnostic(*found.origin, code, found.offset, std::move(message), std::move(remedy));
    }
    ConditionOrigin origin;
    origin.type = "macro";
    origin.name = macro.name;
    origin.place = macro.place;
    origin.condition_place = macro.condition_place;
    origin.written = macro.condition;
    return origin_diagnostic(origin, code, location.offset, std::move(message), std::move(remedy));
}

Diagnostic output_diagnostic(const Rule& rule, Code code, size_t offset, std::string message, std::string remedy) {
    Diagnostic diagnostic = in_rule(rule, code, std::move(message), std::move(remedy));
    diagnostic.context.push_back({"rule output", "", rule.output_place});
    const size_t wanted = output_offset(rule.output, offset);
    if (wanted >= rule.output.size()) {
        if (!rule.output_pieces.empty()) {
            const SourcePoint& scalar = rule.output_pieces.front().scalar;
            diagnostic.snippet = scalar.source->snippet(scalar.offset);
        }
        return diagnostic;
    }
    if (const auto point = locate(rule.output_pieces, rule.output, wanted)) {
        diagnostic.context.push_back({"rule output expression", "", point->source->place(point->offset)});
        diagnostic.snippet = point->source->snippet(point->offset);
    } else {
        diagnostic.snippet = marked_line(rule.output, wanted);
    }
    return diagnostic;
}

Diagnostic rule_diagnostic(const Rule& rule, Code code, std::string message, std::string remedy) {
    Diagnostic diagnostic = in_rule(rule, code, std::move(message), std::move(remedy));
    if (rule.point.source != nullptr) diagnostic.snippet = rule.point.source->snippet(rule.point.offset);
    return diagnostic;
}

}  // namespace bewit::rule
