#include <algorithm>

#include "engine/match/condition_compiler.h"
#include "engine/match/evaluator.h"
#include "engine/match/kinds.h"
#include "engine/match/rules.h"

namespace bewit::match {

namespace {

// The line of the text that the error is in, and a line with a ^ under the place.
std::string snippet_of(std::string_view text, size_t offset) {
    offset = std::min(offset, text.size());
    const size_t before = offset == 0 ? std::string_view::npos : text.rfind('\n', offset - 1);
    const size_t begin = before == std::string_view::npos ? 0 : before + 1;
    const std::string_view line = text.substr(begin, text.find('\n', offset) - begin);
    return std::string(line) + '\n' + std::string(offset - begin, ' ') + "^\n";
}

rule::Diagnostic diagnostic_of(std::string_view text, const CompileError& error) {
    const filter::Location& location = error.location;
    return {
        .code = rule::Code::ErrCompileCondition,
        .message = error.message,
        .remedy = {},
        .context = {{"condition expression", std::string(text), {"", location.line, location.column, location.offset}}},
        .snippet = snippet_of(text, location.offset)};
}

}  // namespace

struct Condition::Impl {
    LeafTable leaves;
    Graph graph;
    NodeId root = Graph::no;
    event::KindSet kinds;
    std::unique_ptr<Evaluator> evaluator;
};

Condition::Condition() : impl_(std::make_unique<Impl>()) {}
Condition::~Condition() = default;
Condition::Condition(Condition&&) noexcept = default;

tl::expected<Condition, rule::Diagnostic> Condition::compile(const filter::Expression& expression,
                                                             std::string_view text) {
    Condition condition;
    Impl& impl = *condition.impl_;
    std::vector<CompileWarning> warnings;
    ConditionCompiler compiler(impl.leaves, impl.graph, nullptr, warnings);
    const Compiled<NodeId> root = compiler.compile(expression);
    if (!root) return tl::unexpected(diagnostic_of(text, root.error()));
    impl.root = *root;
    impl.kinds = kinds_of(expression);
    const uint32_t slots = impl.graph.finish({&impl.root, 1});
    impl.evaluator = std::make_unique<Evaluator>(impl.leaves, impl.graph, slots);
    return condition;
}

bool Condition::matches(field::Context& context) const {
    impl_->evaluator->begin(context);
    return impl_->evaluator->evaluate(impl_->root) == Truth::True;
}

event::KindSet Condition::kinds() const { return impl_->kinds; }

}  // namespace bewit::match
