#include "engine/rule/resolver.h"

#include <ranges>

#include <fmt/format.h>

#include "engine/filter/parser.h"
#include "engine/rule/condition_places.h"
#include "engine/rule/exception_text.h"
#include "engine/rule/load_limits.h"
#include "engine/rule/output_warnings.h"

namespace bewit::rule {
namespace {

constexpr filter::ParseOptions parse_options{.max_nodes = limits::condition_nodes};

ConditionOrigin origin_of(const Macro& macro) {
    return {"macro", macro.name, macro.place, macro.condition_place, macro.condition, macro.condition_pieces, {}, {}};
}

ConditionOrigin origin_of(const Rule& rule) {
    return {"rule", rule.name, rule.place, rule.condition_place, rule.condition, rule.condition_pieces, {}, {}};
}

bool too_large(const ConditionOrigin& origin, std::string what, Report& report) {
    return report.fail(
        origin_diagnostic(origin, Code::ErrCompileCondition, 0, std::move(what),
                          "lists and macros that hold each other grow fast: write the condition with fewer of them"));
}

bool parse_error(const ConditionOrigin& origin, const filter::ParseError& error, Report& report) {
    return report.fail(origin_diagnostic(origin, Code::ErrCompileCondition, error.location.offset, error.message));
}

template <class Item>
Diagnostic unused_diagnostic(const Item& item, Code code, std::string_view type, std::string message) {
    Diagnostic diagnostic{code, std::move(message), {}, {}, {}};
    diagnostic.context = {file_context(*item.point.source), {std::string(type), item.name, item.place}};
    diagnostic.snippet = item.point.source->snippet(item.point.offset);
    return diagnostic;
}

}  // namespace

bool Resolver::resolve(Collector& collector, Report& report) {
    begin(collector);
    const bool macros = resolve_macros(report), rules = macros && resolve_rules(report);
    if (rules) {
        warn_of_unused(report);
    } else if (!macros || !report.goes_on()) {
        drop_trees();
    }
    set_ = nullptr;
    return rules;
}

void Resolver::begin(Collector& collector) {
    set_ = &collector.set();
    bytes_ = nodes_ = odd_name_search_ = 0;
    macro_memory_.resize(set_->macros.size());
    rule_memory_.resize(set_->rules.size());
    macros_.trees().resize(set_->macros.size());
    for (size_t i = 0; i < set_->macros.size(); ++i) {
        set_->macros[i].used = false;
        MacroTree& tree = macros_.trees()[i];
        tree.name = set_->macros[i].name;
        tree.order = set_->macros[i].order;
        tree.resolved = nullptr;  // until its turn comes
    }
    macros_.index();
}

// What comes behind a stage that failed, or behind a macro without a tree, would only be errors that follow from its
// own.
bool Resolver::resolve_macros(Report& report) {
    if (!build_lists(report)) return false;
    const auto positions = std::views::iota(size_t{0}, set_->macros.size());
    if (!report.every(positions, [&](size_t i) { return !is_used_up() && parse_macro(i, report); })) return false;
    for (size_t i = 0; i < set_->macros.size(); ++i) {
        if (!resolve_macro(i, report)) return false;
    }
    return true;
}

// What all conditions share; whose condition was the first one too many was said.
bool Resolver::is_used_up() const {
    return bytes_ > limits::all_conditions_size || nodes_ > limits::all_nodes ||
           odd_name_search_ > limits::odd_name_search;
}

bool Resolver::resolve_rules(Report& report) {
    const auto resolve = [&](size_t i) {
        if (set_->rules[i].unknown_source) return true;
        if (!is_used_up() && resolve_rule(i, report)) return true;
        set_->rules[i].resolved.reset();
        return false;
    };
    return report.every(std::views::iota(size_t{0}, set_->rules.size()), resolve);
}

bool Resolver::build_lists(Report& report) {
    auto table = ListTable::build(set_->lists);
    if (!table) {
        const List& list = set_->lists[table.error()];
        return report.fail(unused_diagnostic(
            list, Code::ErrValidate, "list",
            fmt::format("Lists grow to more than {} items or {} MiB once the lists in them are resolved",
                        limits::list_items, limits::list_bytes >> 20)));
    }
    lists_ = std::move(*table);
    return true;
}

bool Resolver::expand(std::string_view text, const ConditionOrigin& origin, ExpandedText& out, Report& report) {
    if (lists_.has_odd_names()) odd_name_search_ += (text.size() + 1) * lists_.lists().size();
    if (odd_name_search_ > limits::odd_name_search) {
        return report.fail(origin_diagnostic(origin, Code::ErrCompileCondition, 0,
                                             "Lists have names with blanks or commas, and there are too many lists",
                                             "give the lists names that are one word"));
    }
    auto expanded = expand_lists(text, lists_);
    if (!expanded) {
        return too_large(origin,
                         fmt::format("The condition grows to more than {} MiB once its lists are resolved",
                                     limits::condition_size >> 20),
                         report);
    }
    out = std::move(*expanded);
    bytes_ += out.text.size();
    if (bytes_ <= limits::all_conditions_size) return true;
    return too_large(origin,
                     fmt::format("Conditions grow to more than {} MiB together once their lists are resolved",
                                 limits::all_conditions_size >> 20),
                     report);
}

// Spans tell lists by their positions; a rewriting has a table of its own.
Rewriting Resolver::list_rewriting(ExpandedText& expanded) const {
    Rewriting rewriting;
    std::unordered_map<uint32_t, uint32_t> index;
    for (size_t position : expanded.used) {
        const List& list = set_->lists[position];
        index.emplace(static_cast<uint32_t>(position), static_cast<uint32_t>(rewriting.insertions.size()));
        rewriting.insertions.push_back({{"list", list.name, list.place}, list.point.source});
    }
    rewriting.spans = std::move(expanded.spans);
    for (Span& span : rewriting.spans) {
        if (span.insertion != Span::copied) span.insertion = index.at(span.insertion);
    }
    return rewriting;
}

bool Resolver::parse_macro(size_t position, Report& report) {
    const Macro& macro = set_->macros[position];
    Memory& memory = macro_memory_[position];
    MacroTree& tree = macros_.trees()[position];
    ExpandedText expanded;
    ConditionOrigin origin = origin_of(macro);
    if (!expand(macro.condition, origin, expanded, report)) return false;
    memory.lists = expanded.used;
    if (tree.parsed != nullptr && memory.visibility == macro.visibility && memory.text == expanded.text) {
        return count_nodes(tree.parsed_size.nodes, *memory.origin, report);
    }

    tree.parsed.reset();
    origin.lists = list_rewriting(expanded);
    auto parsed = filter::parse(expanded.text, parse_options);
    if (!parsed) return parse_error(origin, parsed.error(), report);
    memory.origin = std::make_shared<const ConditionOrigin>(std::move(origin));
    const auto begin = macro_texts_->add(memory.origin, expanded.text.size());
    if (!begin) return too_large(*memory.origin, "Conditions of macros take more than 4 GiB together", report);
    shift(**parsed, *begin);
    tree.parsed = std::move(*parsed);
    tree.parsed_size = measure(*tree.parsed);
    tree.parsed_at = ++now_;
    memory.visibility = macro.visibility;
    memory.text = std::move(expanded.text);
    return count_nodes(tree.parsed_size.nodes, *memory.origin, report);
}

bool Resolver::is_current(const std::vector<MacroUse>& uses) const {
    for (const MacroUse& use : uses) {
        const MacroTree& tree = macros_.trees()[use.macro];
        if (use.at != (use.parsed ? tree.parsed_at : tree.resolved_at)) return false;
    }
    return true;
}

bool Resolver::count_nodes(size_t nodes, const ConditionOrigin& origin, Report& report) {
    nodes_ += nodes;
    if (nodes_ <= limits::all_nodes) return true;
    return too_large(origin, fmt::format("Conditions have more than {} nodes together", limits::all_nodes), report);
}

bool Resolver::finish(const Memory& memory, Report& report) {
    for (size_t list : memory.lists) set_->lists[list].used = true;
    for (const MacroUse& use : memory.uses) set_->macros[use.macro].used = true;
    return count_nodes(memory.nodes, *memory.origin, report);
}

bool Resolver::resolve_macro(size_t position, Report& report) {
    Macro& macro = set_->macros[position];
    Memory& memory = macro_memory_[position];
    MacroTree& tree = macros_.trees()[position];
    const bool is_same =
        macro.compiled != nullptr && memory.resolved_parse == tree.parsed_at && is_current(memory.uses);
    if (!is_same) {
        MacroSubstitution substitution(macros_, macro.visibility);
        filter::ExpressionPtr expression = filter::clone(*tree.parsed);
        if (const auto error = substitution.run(expression)) return fail(*error, *memory.origin, report);
        macro.compiled = std::move(expression);
        macro.macro_texts = macro_texts_;
        memory.uses = substitution.uses();
        memory.resolved_parse = tree.parsed_at;
        tree.resolved_size = measure(*macro.compiled);
        tree.resolved_at = ++now_;
        memory.nodes = tree.resolved_size.nodes;
    }
    tree.resolved = macro.compiled.get();
    return finish(memory, report);
}

bool Resolver::resolve_rule(size_t position, Report& report) {
    const Rule& rule = set_->rules[position];
    Memory& memory = rule_memory_[position];
    warn_of_output(rule, report);
    auto condition = add_exceptions(rule);
    if (!condition) return report.fail(std::move(condition.error()));
    ExpandedText expanded;
    if (!expand(condition->text, origin_of(rule), expanded, report)) return false;
    memory.lists = expanded.used;
    const bool is_same = rule.resolved != nullptr && memory.visibility == rule.visibility &&
                         rule.resolved_text == expanded.text && is_current(memory.uses);
    return (is_same || parse_rule(position, std::move(expanded), std::move(condition->rewriting), report)) &&
           finish(memory, report);
}

bool Resolver::parse_rule(size_t position, ExpandedText expanded, Rewriting exceptions, Report& report) {
    Rule& rule = set_->rules[position];
    Memory& memory = rule_memory_[position];
    ConditionOrigin origin = origin_of(rule);
    origin.exceptions = std::move(exceptions);
    origin.lists = list_rewriting(expanded);
    auto parsed = filter::parse(expanded.text, parse_options);
    if (!parsed) return parse_error(origin, parsed.error(), report);
    MacroSubstitution substitution(macros_, SIZE_MAX);
    if (const auto error = substitution.run(*parsed)) return fail(*error, origin, report);
    rule.resolved = std::move(*parsed);
    rule.resolved_text = std::move(expanded.text);
    rule.condition_origin = std::make_shared<const ConditionOrigin>(std::move(origin));
    rule.macro_texts = macro_texts_;
    memory.origin = rule.condition_origin;
    memory.visibility = rule.visibility;
    memory.uses = substitution.uses();
    memory.nodes = measure(*rule.resolved).nodes;
    return true;
}

std::string Resolver::undefined_remedy(const std::string& name) const {
    if (name == "not" || name == "and" || name == "or")
        return fmt::format("`{}` stands alone: write a comparison, a macro, or a group in parentheses behind it", name);
    if (macros_.find(name))
        return fmt::format("`{}` is defined further down: define it before the macro that uses it", name);
    std::vector<std::string_view> names;
    names.reserve(set_->macros.size());
    for (const Macro& macro : set_->macros) names.push_back(macro.name);
    const std::string meant = nearest(name, names);
    return meant.empty() ? "define the macro, or load the file that does before this one"
                         : fmt::format("did you mean `{}`?", meant);
}

bool Resolver::fail(const SubstitutionError& error, const ConditionOrigin& origin, Report& report) {
    using Kind = SubstitutionError::Kind;
    Diagnostic diagnostic{Code::ErrValidate, {}, {}, {}, {}};
    switch (error.kind) {
        case Kind::Undefined:
            diagnostic.message = fmt::format("Undefined macro '{}' used in filter.", error.name);
            diagnostic.remedy = undefined_remedy(error.name);
            break;
        case Kind::Loop:
            diagnostic.message = fmt::format("reference loop in macro '{}'", error.name);
            diagnostic.remedy = "a macro cannot be part of itself";
            break;
        case Kind::TooLarge:
            diagnostic.message = fmt::format("The condition grows to more than {} nodes once its macros are resolved",
                                             limits::condition_nodes);
            break;
        case Kind::TooDeep:
            diagnostic.message = fmt::format(
                "The condition is nested more than {} levels deep, or in more than {} macros, once its macros are "
                "resolved",
                limits::condition_depth, limits::macro_depth);
            break;
    }
    if (!origin.pieces.empty()) diagnostic.context.push_back(file_context(*origin.pieces.front().scalar.source));
    const MacroTexts::Found macro = macro_texts_->find(error.offset);
    if (macro.origin != nullptr && macro.origin != &origin) {
        diagnostic.context.push_back({origin.type, origin.name, origin.place});
        diagnostic.context.push_back({origin.type + " condition", "", origin.condition_place});
    }
    if (macro.origin != nullptr) {
        add_condition_steps(diagnostic, *macro.origin, macro.offset);
    } else {
        add_condition_steps(diagnostic, origin, error.offset);
    }
    return report.fail(std::move(diagnostic));
}

void Resolver::warn_of_unused(Report& report) const {
    for (const Macro& macro : set_->macros) {
        if (!macro.used)
            report.warn(
                unused_diagnostic(macro, Code::UnusedMacro, "macro", "Macro not referred to by any other rule/macro"));
    }
    for (const List& list : set_->lists) {
        if (!list.used)
            report.warn(
                unused_diagnostic(list, Code::UnusedList, "list", "List not referred to by any other rule/macro"));
    }
}

void Resolver::drop_trees() {
    for (Macro& macro : set_->macros) macro.compiled.reset();
    for (Rule& rule : set_->rules) rule.resolved.reset();
}

}  // namespace bewit::rule
