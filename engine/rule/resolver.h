// From what was collected to trees: lists and macros resolved, exceptions added, for every macro and rule.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/rule/collector.h"
#include "engine/rule/list_expansion.h"
#include "engine/rule/list_table.h"
#include "engine/rule/macro_substitution.h"
#include "engine/rule/report.h"

namespace bewit::rule {

// Runs over the whole set after each file, as Falco does. What a file did not touch keeps its tree: a condition is
// parsed again only if its own text, lists put in, is another one, and macros are put into it again only if it or one
// of them is another.
class Resolver {
public:
    // False when an error was reported. Then the set has no trees at all; where the report goes on behind errors, those
    // of rules without one.
    bool resolve(Collector& collector, Report& report);

private:
    // What is remembered of a macro or rule from file to file.
    struct Memory {
        size_t visibility = SIZE_MAX;  // of the item when it was parsed
        std::string text;              // of a macro: what was parsed; of a rule it is Rule::resolved_text
        std::shared_ptr<const ConditionOrigin> origin;
        std::vector<size_t> lists;    // put into the text
        std::vector<MacroUse> uses;   // put into the tree
        uint64_t resolved_parse = 0;  // MacroTree::parsed_at of the tree that macros were put into
        size_t nodes = 0;             // of the tree, macros put in
    };

    void begin(Collector& collector);
    bool resolve_macros(Report& report);
    bool resolve_rules(Report& report);
    bool is_used_up() const;
    bool build_lists(Report& report);
    bool parse_macro(size_t position, Report& report);
    bool resolve_macro(size_t position, Report& report);
    bool resolve_rule(size_t position, Report& report);
    bool parse_rule(size_t position, ExpandedText expanded, Rewriting exceptions, Report& report);

    // The text with its lists, counted; false when an error was reported.
    bool expand(std::string_view text, const ConditionOrigin& origin, ExpandedText& out, Report& report);
    Rewriting list_rewriting(ExpandedText& expanded) const;
    bool is_current(const std::vector<MacroUse>& uses) const;
    // Marks what is used, and counts the tree; false when an error was reported.
    bool finish(const Memory& memory, Report& report);
    bool count_nodes(size_t nodes, const ConditionOrigin& origin, Report& report);
    bool fail(const SubstitutionError& error, const ConditionOrigin& origin, Report& report);
    std::string undefined_remedy(const std::string& name) const;
    void warn_of_unused(Report& report) const;
    void drop_trees();

    RuleSet* set_ = nullptr;  // while resolve() runs
    ListTable lists_;
    MacroTable macros_;
    std::vector<Memory> macro_memory_, rule_memory_;
    std::shared_ptr<MacroTexts> macro_texts_ = std::make_shared<MacroTexts>();
    uint64_t now_ = 0;
    size_t bytes_ = 0, nodes_ = 0;  // of all conditions
    size_t odd_name_search_ = 0;
};

}  // namespace bewit::rule
