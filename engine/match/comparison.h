// The right side of a check, compiled: whether one value of the left side satisfies it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/event/catalogue.h"
#include "engine/field/extract.h"
#include "engine/field/value.h"
#include "engine/filter/ast.h"
#include "engine/match/literal.h"
#include "engine/match/name_resolver.h"

namespace bewit::match {

// Immutable. Allocates nothing but in `scratch`.
class Comparison {
public:
    virtual ~Comparison() = default;
    // `value` has the form that the left side's type has; lists are taken apart by the caller. A value of another form
    // satisfies nothing.
    virtual bool holds(const field::Value& value, field::Scratch& scratch) const = 0;
    // Of a regular expression: the instructions that it was compiled to; else 0.
    virtual size_t regex_size() const { return 0; }
};
using ComparisonPtr = std::unique_ptr<const Comparison>;

// What `op` means against these literals for a left side of that type: one literal, unless the operator takes a list.
// Operator and type must go together (value_class.h). `exists` has no comparison.
Parsed<ComparisonPtr> make_comparison(filter::Operator op, event::ParamType type,
                                      const std::vector<std::string>& literals);

// The parts of it, one per class of types.
Parsed<ComparisonPtr> make_text_comparison(filter::Operator op, std::vector<std::string> literals);
Parsed<ComparisonPtr> make_bytes_comparison(filter::Operator op, std::vector<std::string> literals);
Parsed<ComparisonPtr> make_number_comparison(filter::Operator op, event::ParamType type,
                                             const std::vector<std::string>& literals);
Parsed<ComparisonPtr> make_address_comparison(filter::Operator op, const std::vector<std::string>& literals);
Parsed<ComparisonPtr> make_network_comparison(filter::Operator op, const std::vector<std::string>& literals);
// Addresses against host names. `names` may be null: then no name stands for any address.
ComparisonPtr make_name_comparison(filter::Operator op, std::vector<std::string> literals, NameResolver* names);

// Field against field: both values known only with the event. Never a list, `pmatch`, `regex` or a network.
bool compare_values(filter::Operator op, event::ParamType type, const field::Value& left, const field::Value& right);

}  // namespace bewit::match
