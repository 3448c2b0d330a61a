#include "injector/explain_report.h"

#include <iterator>
#include <map>
#include <utility>

#include <fmt/format.h>
#include <boost/algorithm/string/replace.hpp>

#include "engine/filter/print.h"
#include "tracer/seccomp_filter.h"

namespace bewit {
namespace {

using nlohmann::json;

std::string_view level_name(match::KindInterest::Level level) {
    switch (level) {
        case match::KindInterest::Level::Never:
            return "never";
        case match::KindInterest::Level::Tests:
            return "register test";
        case match::KindInterest::Level::Always:
            return "always";
    }
    return "";
}

std::string test_text(const match::RegisterTest& test) {
    const std::string half = fmt::format("arg{}{}", test.argument, test.high ? " >> 32" : "");
    const std::string left = test.mask == UINT32_MAX ? half : fmt::format("{} & {:#x}", half, test.mask);
    return fmt::format("{} {} {:#x}", left, test.equal ? "==" : "!=", test.value);
}

std::string clause_text(const match::Clause& clause) {
    std::string text;
    for (const match::RegisterTest& test : clause) text += (text.empty() ? "" : " and ") + test_text(test);
    return text;
}

json interest_json(const match::Interest& interest) {
    auto array = json::array();
    for (size_t i = 0; i < event::kind_count(); ++i) {
        const auto kind = static_cast<event::Kind>(i);
        const match::KindInterest& of = interest.of(kind);
        if (of.level == match::KindInterest::Level::Never) continue;
        auto clauses = json::array();
        for (const match::Clause& clause : of.clauses) clauses.push_back(clause_text(clause));
        array.push_back({{"event", std::string(event::kind_name(kind))},
                         {"stop", std::string(level_name(of.level))},
                         {"tests", std::move(clauses)},
                         {"for", of.for_rules ? "rules" : "state"},
                         {"exit", of.entry_is_enough ? "no" : "when a rule can still match"},
                         {"rules", of.rules}});
    }
    return array;
}

std::string cost_name(field::Cost cost) {
    switch (cost) {
        case field::Cost::Free:
            return "free";
        case field::Cost::State:
            return "state";
        case field::Cost::ProcRead:
            return "read of /proc";
        case field::Cost::UserMemory:
            return "read of the workload's memory";
    }
    return "";
}

std::string scope_name(field::Scope scope) {
    switch (scope) {
        case field::Scope::Constant:
            return "constant";
        case field::Scope::Container:
            return "container";
        case field::Scope::Process:
            return "process";
        case field::Scope::Descriptor:
            return "descriptor";
        case field::Scope::Event:
            return "event";
    }
    return "";
}

void collect_operand(const filter::Operand& operand, std::vector<field::Field>& fields) {
    if (const auto* name = std::get_if<filter::FieldName>(&operand.value)) {
        if (auto found = field::resolve(name->name, name->argument, name->has_argument))
            fields.push_back(std::move(*found));
    } else if (const auto* call = std::get_if<filter::TransformerCall>(&operand.value)) {
        for (const auto& argument : call->arguments) collect_operand(*argument, fields);
    } else if (const auto* list = std::get_if<filter::OperandList>(&operand.value)) {
        for (const auto& item : list->items) collect_operand(*item, fields);
    }
}

void collect_fields(const filter::Expression& expression, std::vector<field::Field>& fields) {
    if (const auto* all = std::get_if<filter::And>(&expression.value)) {
        for (const auto& child : all->children) collect_fields(*child, fields);
    } else if (const auto* any = std::get_if<filter::Or>(&expression.value)) {
        for (const auto& child : any->children) collect_fields(*child, fields);
    } else if (const auto* negation = std::get_if<filter::Not>(&expression.value)) {
        collect_fields(*negation->child, fields);
    } else if (const auto* check = std::get_if<filter::Check>(&expression.value)) {
        collect_operand(*check->left, fields);
        for (const auto& right : check->right) collect_operand(*right, fields);
    }
}

json fields_json(const filter::Expression& expression) {
    std::vector<field::Field> fields;
    collect_fields(expression, fields);
    std::map<std::string, json> by_name;
    for (const field::Field& field : fields) {
        by_name[field.text] = {{"field", field.text},
                               {"scope", scope_name(field.definition->scope)},
                               {"cost", cost_name(field.definition->cost)}};
    }
    auto array = json::array();
    for (auto& [name, object] : by_name) array.push_back(std::move(object));
    return array;
}

json rule_json(const match::CompiledRule& compiled) {
    auto events = json::array();
    for (size_t i = 0; i < event::kind_count(); ++i) {
        if (compiled.kinds.test(i)) events.push_back(std::string(event::kind_name(static_cast<event::Kind>(i))));
    }
    return {{"rule", compiled.rule->name},
            {"priority", std::string(rule::priority_name(compiled.rule->priority))},
            {"condition", filter::print(*compiled.rule->resolved)},
            {"events", std::move(events)},
            {"fields", fields_json(*compiled.rule->resolved)}};
}

// The reasons are numbers to the kernel; readers are told in words.
std::string spoken_listing(const tracer::BpfProgram& program) {
    using enum tracer::TraceReason;
    constexpr std::pair<tracer::TraceReason, std::string_view> reasons[] = {
        {AskedByInterest, "rules or state"}, {AskedByTracer, "tracer"}, {NotInTable, "unknown call"}};
    std::string text = tracer::listing(program);
    for (const auto& [reason, words] : reasons) {
        boost::replace_all(text, fmt::format("TRACE({})", static_cast<unsigned>(reason)),
                           fmt::format("TRACE({})", words));
    }
    return text;
}

std::string joined(const json& array) {
    std::string text;
    for (const json& item : array) text += (text.empty() ? "" : ", ") + item.get<std::string>();
    return text;
}

}  // namespace

nlohmann::json explain_json(const RuleSetup& setup) {
    const match::Interest interest = setup.rules->explained_interest();
    const tracer::BpfProgram program = tracer::compile_filter(interest, {});
    auto rules = json::array();
    for (const match::CompiledRule& compiled : setup.rules->selected()) rules.push_back(rule_json(compiled));
    return {{"rules", std::move(rules)},
            {"interest", interest_json(interest)},
            {"seccomp", {{"instructions", program.size()}, {"listing", spoken_listing(program)}}}};
}

std::string explain_text(const json& object) {
    std::string text;
    const auto out = std::back_inserter(text);
    for (const json& rule : object["rules"]) {
        fmt::format_to(out, "rule: {}\n  priority: {}\n  condition: {}\n  events: {}\n  fields:\n",
                       rule["rule"].get<std::string>(), rule["priority"].get<std::string>(),
                       rule["condition"].get<std::string>(), joined(rule["events"]));
        for (const json& field : rule["fields"]) {
            fmt::format_to(out, "    {:<28} {:<10} {}\n", field["field"].get<std::string>(),
                           field["scope"].get<std::string>(), field["cost"].get<std::string>());
        }
    }
    fmt::format_to(out, "interest: what stops, all else runs at native speed\n");
    for (const json& kind : object["interest"]) {
        fmt::format_to(out, "  {:<18} {:<14} for {:<6} {}\n", kind["event"].get<std::string>(),
                       kind["stop"].get<std::string>(), kind["for"].get<std::string>(), joined(kind["tests"]));
    }
    fmt::format_to(
        out, "seccomp program, without what the tracer adds for the runtime and for placement: {} instructions\n{}",
        object["seccomp"]["instructions"].get<size_t>(), object["seccomp"]["listing"].get<std::string>());
    return text;
}

}  // namespace bewit
