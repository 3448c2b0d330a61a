// The tokens of the condition language, taken one by one from the front of a text. Which token may stand where is the
// parser's business: the language has no tokens of its own that could be told apart without knowing the place.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/filter/ast.h"

namespace bewit::filter {

// Borrows the text, which must be shorter than 4 GiB. Taking a token costs time in proportion to its length.
class Scanner {
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    size_t offset() const { return offset_; }
    bool at_end() const { return offset_ == text_.size(); }
    std::string_view rest() const { return text_.substr(offset_); }
    // Where the next token would begin.
    Location here() { return locate(offset_); }
    // Places are asked for in rising order: going back costs a walk from the start.
    Location locate(size_t offset);

    // The token taken last, blanks aside; empty at the start. A quoted string comes with its quotes.
    std::string_view last() const { return last_; }

    struct Mark {
        size_t offset;
        std::string_view last;
    };
    Mark mark() const { return {offset_, last_}; }
    void rewind(const Mark& mark);

    // All blanks (space, tab, backspace, CR, LF) that stand here; whether there is one.
    bool blanks();
    // `token` when the text goes on with it, whatever follows.
    bool take(std::string_view token);
    // `name` and the parenthesis right behind it.
    bool take_call(std::string_view name);
    // `word` with at least one blank behind it; the blanks go too.
    bool take_spaced(std::string_view word);
    // `not` with white space behind it (vertical tab and form feed count here, backspace does not), which goes too.
    bool take_negation();

    // Each of these takes the longest token of its kind and returns its text, or takes nothing and returns an empty
    // one.
    std::string_view identifier();     // [a-zA-Z]+[a-zA-Z0-9_]*
    std::string_view field_name();     // identifiers joined by dots, two at least
    std::string_view bare();           // [^()"'[:space:]=,]+, up to the first byte that is not UTF-8
    std::string_view bare_argument();  // [^][\"'[:space:]]+, up to the first byte that is not UTF-8
    std::string_view hexadecimal();    // 0[xX][0-9a-fA-F]+
    std::string_view number();         // [+-]?[0-9]+[.]?[0-9]*([eE][+-][0-9]+)?
    // With its quotes, escapes untouched. It ends with the first quote of its kind that has no backslash before it; a
    // NUL byte before that leaves it without an end.
    std::string_view quoted();

private:
    std::string_view take_length(size_t length);

    std::string_view text_;
    size_t offset_ = 0;
    std::string_view last_;
    Location located_;  // the latest answer of locate()
};

// How many bytes of `text` are [a-zA-Z]+[a-zA-Z0-9_]*, from its start.
size_t identifier_length(std::string_view text);

}  // namespace bewit::filter
