#include "engine/match/rules.h"

#include <algorithm>

#include "engine/match/condition_compiler.h"
#include "engine/match/evaluator.h"
#include "engine/match/interest_builder.h"
#include "engine/match/kinds.h"
#include "engine/match/path_test_builder.h"
#include "engine/match/program.h"
#include "engine/match/selection.h"
#include "engine/rule/diagnostic_place.h"
#include "engine/rule/findings.h"

namespace bewit::match {
namespace {

// Bytes. Every process in which it is used has a copy.
constexpr size_t largest_path_test = size_t{768} * 1024;

}  // namespace

struct Rules::Impl {
    RuleMatching matching;
    LeafTable leaves;
    Graph graph;
    std::vector<CompiledRule> selected;
    std::vector<NodeId> roots;  // by position in `selected`
    std::unique_ptr<Program> program;
    std::unique_ptr<Evaluator> evaluator;
    std::unique_ptr<InterestBuilder> interest_builder;
    std::vector<OpenRules> open_rules;
    Interest interest;
    bool interest_is_current = false;

    void add(const rule::Rule& rule, const Options& options, rule::Findings& findings);
    void finish();
    void update_interest();
};

void Rules::Impl::add(const rule::Rule& rule, const Options& options, rule::Findings& findings) {
    if (rule.resolved == nullptr || options.skipped_rules.contains(rule.name)) return;
    const rule::SourceText* file = rule.point.source.get();
    std::vector<CompileWarning> warnings;
    ConditionCompiler compiler(leaves, graph, options.names, warnings);
    const Compiled<NodeId> root = compiler.compile(*rule.resolved);
    if (!root) {
        const bool skipped = rule.skip_if_unknown_filter && rule::is_of_unknown_name(root.error().message);
        const rule::Code code = skipped ? rule::Code::UnknownFilter : rule::Code::ErrCompileCondition;
        findings.add(
            file, [&] { return rule::condition_diagnostic(rule, code, root.error().location, root.error().message); });
        return;
    }
    if (warnings.size() > rule::limits::condition_warnings) {
        warnings.back().message = "The condition has more warnings: they are left out";
    }
    for (CompileWarning& warning : warnings) {
        findings.add(file, [&] {
            return rule::condition_diagnostic(rule, warning.code, warning.location, std::move(warning.message));
        });
    }
    const event::KindSet kinds = kinds_of(*rule.resolved);
    if (rule.warn_evttypes && event_type_count(kinds) > many_event_types) {
        findings.add(file, [&] {
            return rule::rule_diagnostic(
                rule, rule::Code::NoEvttype,
                "Rule matches too many evt.type values. This has a significant performance penalty.");
        });
    }
    if (!is_selected(rule, options)) return;
    selected.push_back({&rule, kinds, selected.size()});
    roots.push_back(*root);
}

void Rules::Impl::finish() {
    std::vector<event::KindSet> kinds;
    kinds.reserve(selected.size());
    for (const CompiledRule& rule : selected) kinds.push_back(rule.kinds);
    program = std::make_unique<Program>(leaves, graph, roots, kinds);
    interest_builder = std::make_unique<InterestBuilder>(leaves, graph, *program, selected.size());
    for (const std::string_view call : {"open", "openat"}) {
        OpenRules rules{.kind = *event::find_kind(call), .roots = {}};
        for (const Program::Entry& entry : program->of(rules.kind)) rules.roots.push_back(entry.root);
        open_rules.push_back(std::move(rules));
    }
    program->fuse(leaves, graph);
    const uint32_t slots = graph.finish(program->roots());
    evaluator = std::make_unique<Evaluator>(leaves, graph, slots);
}

void Rules::Impl::update_interest() {
    interest = interest_builder->build();
    interest_is_current = true;
    const bool for_state =
        std::ranges::any_of(open_rules, [&](const OpenRules& rules) { return interest.of(rules.kind).for_state; });
    const bool for_rules =
        std::ranges::any_of(open_rules, [&](const OpenRules& rules) { return interest.of(rules.kind).for_rules; });
    if (for_state || !for_rules) return;
    interest.open_names = [this](const std::stop_token& abandoned) {
        return build_path_test(leaves, graph, open_rules, largest_path_test, abandoned);
    };
}

Rules::Rules(const rule::RuleSet& set, const Options& options, std::vector<rule::Diagnostic>& diagnostics)
    : impl_(std::make_unique<Impl>()) {
    impl_->matching = options.matching;
    rule::Findings findings(diagnostics);
    for (const rule::Rule& rule : set.rules) impl_->add(rule, options, findings);
    impl_->finish();
    hits_.reserve(impl_->selected.size());
}

Rules::~Rules() = default;
Rules::Rules(Rules&&) noexcept = default;

const std::vector<CompiledRule>& Rules::selected() const { return impl_->selected; }

const Interest& Rules::interest() const {
    if (!impl_->interest_is_current) impl_->update_interest();
    return impl_->interest;
}

void Rules::set_output(const CompiledRule& rule, std::span<const field::Field* const> fields) {
    impl_->interest_builder->set_output(static_cast<uint32_t>(rule.index), fields);
    impl_->interest_is_current = false;
}

Interest Rules::explained_interest() const {
    std::vector<std::string> names;
    for (const CompiledRule& rule : selected()) names.push_back(rule.rule->name);
    return impl_->interest_builder->build(names);
}

void Rules::collect(field::Context& context, std::vector<uint32_t>& hits) const {
    Evaluator& evaluator = *impl_->evaluator;
    evaluator.begin(context);
    for (const Program::Entry& entry : impl_->program->of(context.event.kind())) {
        if (evaluator.evaluate(entry.root) != Truth::True) continue;
        hits.push_back(entry.rule);
        if (impl_->matching == RuleMatching::First) return;
    }
}

RuleMatching Rules::matching() const { return impl_->matching; }

bool Rules::may_match(field::Context& context) const {
    Evaluator& evaluator = *impl_->evaluator;
    evaluator.begin(context);
    const auto entries = impl_->program->of(context.event.kind());
    return std::ranges::any_of(
        entries, [&](const Program::Entry& entry) { return evaluator.evaluate(entry.root) != Truth::False; });
}

}  // namespace bewit::match
