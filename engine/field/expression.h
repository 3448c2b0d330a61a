// A field, perhaps inside transformers: what may stand on either side of a comparison and behind the % of a template.
#pragma once

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

// Compiled once, evaluated often; immutable and shareable between threads that have contexts of their own.
class Expression {
public:
    // Fields, transformer calls, and literals where a transformer takes them. Type rules are those of the reference's table of
    // transformers.
    static tl::expected<Expression, ExpressionError> compile(const filter::Operand& operand);

    Presence evaluate(Context& context, Value& value) const;

    ParamType type() const { return type_; }
    bool is_list() const { return list_; }
    // The field itself when no transformer is around it; nullptr otherwise.
    const Field* plain_field() const;
    // Every field inside.
    void collect(std::vector<const Field*>& fields) const;
    const std::string& text() const { return text_; }
    PrintFormat format() const;

private:
    struct Node;
    std::vector<Node> nodes_;  // post-order; the last one is the root
    ParamType type_ = ParamType::None;
    bool list_ = false;
    std::string text_;

public:
    Expression();
    Expression(const Expression&);
    Expression(Expression&&) noexcept;
    Expression& operator=(Expression&&) noexcept;
    ~Expression();
};

}  // namespace bewit::field
