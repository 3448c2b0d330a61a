// A field, perhaps inside transformers: what may stand on either side of a comparison and behind the % of a template.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "engine/field/catalogue.h"
#include "engine/field/extract.h"
#include "engine/filter/ast.h"

namespace bewit::field {

struct ExpressionError {
    filter::Location location;
    std::string message;
};

struct ExpressionNode;

// Compiled once, evaluated often; immutable, cheap to copy, and shareable between threads that have contexts of their
// own. An expression that was made by no compile() is Absent for every event.
class Expression {
public:
    // Fields and transformer calls, with literals where a transformer takes them. Which types a transformer takes and
    // gives:
    //
    //   tolower, toupper, basename   text, or a list of texts: the same
    //   b64                          text or bytes: the same, decoded; Absent when it is no base64
    //   len                          text or bytes: their length; a list: the number of its values
    //   join(separator, list)        text; the list may be written as (a, b, ...)
    //   concat(a, b, ...)            texts and literals: text
    //   getopt(list, options)        list of options and their values as getopt(3) would find them
    //   getopt(list, options)[x]     text: the value of the last -x, or its letter if it takes none
    //   val(field)                   the field
    //
    // The value is Absent when one of its parts is. Errors are Falco's sentences.
    static tl::expected<Expression, ExpressionError> compile(const filter::Operand& operand);

    Presence evaluate(Context& context, Value& value) const;

    ParamType type() const;
    // Many values with the all-or-any meaning of lists. False for fields that stand for every ancestor
    // (Field::any_ancestor()).
    bool is_list() const;
    // The field itself when no transformer is around it; nullptr otherwise.
    const Field* plain_field() const;
    // Every field inside.
    void collect(std::vector<const Field*>& fields) const;
    // Canonical, as filter::print() has it.
    const std::string& text() const { return text_; }
    PrintFormat format() const;

private:
    std::shared_ptr<const ExpressionNode> root_;
    std::string text_;
};

}  // namespace bewit::field
