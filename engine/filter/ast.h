// The condition language as a tree. Purely lexical: which fields exist, and what may be compared with what, is decided later
// (engine/match). Every node knows where it stood in the text.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace bewit::filter {

// A place in the condition's text.
struct Location {
    uint32_t offset = 0;  // bytes from the start
    uint32_t line = 1;    // 1-based
    uint32_t column = 1;  // 1-based, in bytes
};

enum class Operator : uint8_t {
    Exists, Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, Contains, IContains, BContains, StartsWith, BStartsWith,
    EndsWith, Glob, IGlob, Regex, In, Intersects, PMatch,
};
// `op oneof (...)`: how many of the right side must hold.
enum class Modifier : uint8_t { None, OneOf, AnyOf, AllOf };
enum class Transformer : uint8_t { ToLower, ToUpper, B64, Basename, Len, Join, Concat, GetOpt, Val };

std::string_view text(Operator op);       // "=", "startswith", ... ("==" is Equal)
std::string_view text(Modifier modifier);
std::string_view text(Transformer transformer);

struct Operand;
using OperandPtr = std::unique_ptr<Operand>;

// `proc.aname[2]`, `evt.arg.flags`, `container.mount.dest[/proc*]`
struct FieldName {
    std::string name;      // without the bracketed argument
    std::string argument;  // unquoted
    bool has_argument = false;
};
struct Literal {
    enum class Form : uint8_t { Bare, Quoted, Number, Hex };
    std::string value;  // unescaped
    Form form = Form::Bare;
};
struct TransformerCall {
    Transformer transformer;
    std::vector<OperandPtr> arguments;
    std::string argument;  // `getopt(...)[x]`
    bool has_argument = false;
};
struct OperandList {
    std::vector<OperandPtr> items;
};

// One side of a comparison, or an argument of a transformer.
struct Operand {
    Location location;
    uint32_t length = 0;  // bytes of text that it covers
    std::variant<FieldName, Literal, TransformerCall, OperandList> value;
};

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

struct And {
    std::vector<ExpressionPtr> children;
};
struct Or {
    std::vector<ExpressionPtr> children;
};
struct Not {
    ExpressionPtr child;
};
// A macro's name.
struct Identifier {
    std::string name;
};
// `field op right`. `right` is empty for `exists`; it has one element unless the operator takes a list or has a modifier.
struct Check {
    OperandPtr left;
    Operator op;
    Modifier modifier = Modifier::None;
    bool list = false;  // the right side was written as (a, b, ...)
    std::vector<OperandPtr> right;
    Location op_location;
};

struct Expression {
    Location location;
    std::variant<And, Or, Not, Identifier, Check> value;
};

ExpressionPtr clone(const Expression& expression);
OperandPtr clone(const Operand& operand);

}  // namespace bewit::filter
