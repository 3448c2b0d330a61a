// Tables of conditions: what is accepted and as what, what is rejected and where.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace bewit::filter::test {

struct Accepted {
    std::string_view text;
    std::string_view canonical = {};  // empty: the text itself
};
// Parses each, compares its canonical form, and parses that again: the tree must be equal and the text the same. Each
// is tried with blanks around it, too.
void accepts(std::initializer_list<Accepted> cases);

struct Rejected {
    std::string_view text;  // ¦ marks the place of the error; it is taken out first
    std::string_view message;
};
void rejects(std::initializer_list<Rejected> cases);

// The canonical form, or "error: ..." with the message.
std::string canonical(std::string_view text);

}  // namespace bewit::filter::test
