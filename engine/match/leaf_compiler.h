// From a check of the tree to a leaf: names looked up, types checked, literals parsed.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "engine/filter/ast.h"
#include "engine/match/leaf.h"
#include "engine/match/name_resolver.h"
#include "engine/rule/diagnostic.h"
#include "engine/rule/load_limits.h"

namespace bewit::match {

struct CompileError {
    filter::Location location;
    std::string message;  // Falco's sentence
};

struct CompileWarning {
    filter::Location location;
    rule::Code code;
    std::string message;
};

template <class T>
using Compiled = tl::expected<T, CompileError>;

// Adds to `leaves`, and appends to `warnings` until there are one more than are told of a condition
// (rule::limits::condition_warnings). What one rule set may hold is limited (leaf.h). Both, and `names`, must outlive
// the compiler; `names` may be null.
class LeafCompiler {
public:
    LeafCompiler(LeafTable& leaves, NameResolver* names, std::vector<CompileWarning>& warnings)
        : leaves_(leaves), names_(names), warnings_(warnings) {}

    Compiled<LeafId> compile(const filter::Check& check);

private:
    bool wants_warnings() const { return warnings_.size() <= rule::limits::condition_warnings; }
    Compiled<std::vector<std::string>> literals_of(const filter::Check& check, const field::Expression& left);
    Compiled<LeafId> against_nothing(const filter::Check& check, field::Expression left);
    Compiled<LeafId> against_literals(const filter::Check& check, field::Expression left);
    Compiled<LeafId> against_expression(const filter::Check& check, field::Expression left);
    void warn_of_deprecated(const filter::Check& check, const field::Expression& side);
    LeafId add(std::string key, Leaf leaf, field::Expression left);

    LeafTable& leaves_;
    NameResolver* names_;
    std::vector<CompileWarning>& warnings_;
};

}  // namespace bewit::match
