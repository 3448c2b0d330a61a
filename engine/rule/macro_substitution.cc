#include "engine/rule/macro_substitution.h"

#include <algorithm>
#include <variant>

#include "engine/rule/load_limits.h"

namespace bewit::rule {

void MacroTable::index() {
    by_name_.clear();
    for (size_t i = 0; i < trees_.size(); ++i) by_name_.emplace(trees_[i].name, i);
}

std::optional<size_t> MacroTable::find(std::string_view name) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return std::nullopt;
    return found->second;
}

std::optional<SubstitutionError> MacroSubstitution::run(filter::ExpressionPtr& expression) {
    nodes_ = measure(*expression).nodes;
    walk(expression, 0);
    return limit_ ? limit_ : loop_ ? loop_ : undefined_;
}

void MacroSubstitution::walk_all(std::vector<filter::ExpressionPtr>& expressions, size_t depth) {
    for (filter::ExpressionPtr& expression : expressions) walk(expression, depth);
}

void MacroSubstitution::walk(filter::ExpressionPtr& expression, size_t depth) {
    if (limit_) return;
    if (auto* all = std::get_if<filter::And>(&expression->value)) {
        walk_all(all->children, depth + 1);
    } else if (auto* any = std::get_if<filter::Or>(&expression->value)) {
        walk_all(any->children, depth + 1);
    } else if (auto* negation = std::get_if<filter::Not>(&expression->value)) {
        walk(negation->child, depth + 1);
    } else if (auto* identifier = std::get_if<filter::Identifier>(&expression->value)) {
        const std::string name = identifier->name;
        put(expression, name, depth);
    }
}

void MacroSubstitution::note(std::optional<SubstitutionError>& first, SubstitutionError::Kind kind,
                             const std::string& name, uint32_t offset) {
    if (!first) first = SubstitutionError{kind, name, offset};
}

void MacroSubstitution::put(filter::ExpressionPtr& expression, const std::string& name, size_t depth) {
    using Kind = SubstitutionError::Kind;
    const uint32_t offset = expression->location.offset;
    const auto position = macros_.find(name);
    if (!position || macros_.trees()[*position].order >= visibility_)
        return note(undefined_, Kind::Undefined, name, offset);
    const MacroTree& macro = macros_.trees()[*position];
    if (std::find(path_.begin(), path_.end(), *position) != path_.end()) return note(loop_, Kind::Loop, name, offset);

    const bool is_resolved = macro.resolved != nullptr;
    const TreeSize& size = is_resolved ? macro.resolved_size : macro.parsed_size;
    if (depth + size.height > limits::condition_depth || path_.size() >= limits::macro_depth) {
        return note(limit_, Kind::TooDeep, name, offset);
    }
    nodes_ += size.nodes;
    if (nodes_ > limits::condition_nodes) return note(limit_, Kind::TooLarge, name, offset);

    uses_.push_back({*position, !is_resolved, is_resolved ? macro.resolved_at : macro.parsed_at});
    expression = filter::clone(is_resolved ? *macro.resolved : *macro.parsed);
    if (is_resolved) return;
    path_.push_back(*position);
    walk(expression, depth);
    path_.pop_back();
}

}  // namespace bewit::rule
