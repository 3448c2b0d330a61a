// The condition language as a tree. Purely lexical: which fields exist, and what may be compared with what, is decided
// later (engine/match). Every node knows where it stood in the text.
//
// Destroying, cloning, comparing and printing a tree recurse once per level. Trees from the parser are less than its
// `max_depth` levels high; whoever puts trees into trees (macros) answers for the height of the result.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace bewit::filter {

// A place in the condition's text. A line ends with LF, CR LF or CR.
struct Location {
    uint32_t offset = 0;  // bytes from the start
    uint32_t line = 1;    // 1-based
    uint32_t column = 1;  // 1-based, in bytes
    bool operator==(const Location&) const = default;
};

enum class Operator : uint8_t {
    Exists,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Contains,
    IContains,
    BContains,
    StartsWith,
    BStartsWith,
    EndsWith,
    Glob,
    IGlob,
    Regex,
    In,
    Intersects,
    PMatch,
};
// `op oneof (...)`: how many of the right side must hold.
enum class Modifier : uint8_t { None, OneOf, AnyOf, AllOf };
enum class Transformer : uint8_t { ToLower, ToUpper, B64, Basename, Len, Join, Concat, GetOpt, Val };

// As conditions spell them: "=" (Equal may also be written "=="), "startswith", "oneof", "tolower", ...; empty for
// Modifier::None.
std::string_view text(Operator op);
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
// Number and Hex are tokens of the places that take nothing but numbers: behind `<`, `<=`, `>`, `>=` and in the
// arguments of transformers. The 5 of `fd.num = 5` is Bare, like any other word there.
struct Literal {
    enum class Form : uint8_t { Bare, Quoted, Number, Hex };
    std::string value;  // unescaped; any bytes, NUL too
    Form form = Form::Bare;
};
struct TransformerCall {
    Transformer transformer;
    std::vector<OperandPtr> arguments;
    std::string argument;  // `getopt(...)[x]`
    bool has_argument = false;
};
// `(a, b)` among the arguments of a transformer.
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
// `left op right`. `left` is a field or a transformer call. `right` is empty for `exists`; else it has the elements of
// the list, none for `()`, or, when no list was written, one element: a literal, a transformer call, or the name behind
// `in`, `intersects`, `pmatch` or a modifier, which stands for a list of that one word (Bare).
struct Check {
    OperandPtr left;
    Operator op;
    Modifier modifier = Modifier::None;
    bool list = false;  // the right side was written as (a, b, ...)
    std::vector<OperandPtr> right;
    Location op_location;
    bool double_equals = false;  // Equal was written "=="
};

struct Expression {
    Location location;  // of its first byte, parentheses around it aside
    std::variant<And, Or, Not, Identifier, Check> value;
};

ExpressionPtr clone(const Expression& expression);
OperandPtr clone(const Operand& operand);

// The same condition, wherever it stood and whether or not its strings were quoted.
bool equal(const Expression& left, const Expression& right);
bool equal(const Operand& left, const Operand& right);

}  // namespace bewit::filter
