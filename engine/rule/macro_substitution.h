// Macros put into conditions, as trees: what `x` stands for is one operand of what stands around it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/filter/ast.h"
#include "engine/rule/tree_walk.h"

namespace bewit::rule {

// A macro as it is put in.
struct MacroTree {
    std::string_view name;
    size_t order = 0;
    filter::ExpressionPtr parsed;                  // as its own text says
    const filter::Expression* resolved = nullptr;  // macros put in; null: not yet
    TreeSize parsed_size, resolved_size;
    // Numbers that change whenever the tree does.
    uint64_t parsed_at = 0, resolved_at = 0;
};

class MacroTable {
public:
    std::vector<MacroTree>& trees() { return trees_; }
    const std::vector<MacroTree>& trees() const { return trees_; }
    void index();  // after names were added
    // The position of the macro in trees().
    std::optional<size_t> find(std::string_view name) const;

private:
    std::vector<MacroTree> trees_;
    std::unordered_map<std::string_view, size_t> by_name_;
};

// A macro that was put in, and which state of it.
struct MacroUse {
    size_t macro = 0;
    bool parsed = false;  // the tree was not resolved yet, and what it refers to is among the uses too
    uint64_t at = 0;
};

struct SubstitutionError {
    enum class Kind : uint8_t { Undefined, Loop, TooLarge, TooDeep };
    Kind kind = Kind::Undefined;
    std::string name;     // the macro
    uint32_t offset = 0;  // of the identifier
};

// Puts the macros into one condition that were first defined before the number `visibility`. A macro that has no
// resolved tree yet is put in as it was parsed, and what it refers to then is put in under the same terms.
class MacroSubstitution {
public:
    MacroSubstitution(const MacroTable& macros, size_t visibility) : macros_(macros), visibility_(visibility) {}

    // nullopt: done. Of several errors a loop is told first, then the first macro that is not there.
    std::optional<SubstitutionError> run(filter::ExpressionPtr& expression);
    const std::vector<MacroUse>& uses() const { return uses_; }

private:
    void walk(filter::ExpressionPtr& expression, size_t depth);
    void walk_all(std::vector<filter::ExpressionPtr>& expressions, size_t depth);
    void put(filter::ExpressionPtr& expression, const std::string& name, size_t depth);
    void note(std::optional<SubstitutionError>& first, SubstitutionError::Kind kind, const std::string& name,
              uint32_t offset);

    const MacroTable& macros_;
    size_t visibility_;
    size_t nodes_ = 0;
    std::vector<size_t> path_;  // unresolved macros that are being put in
    std::vector<MacroUse> uses_;
    std::optional<SubstitutionError> limit_, loop_, undefined_;
};

}  // namespace bewit::rule
