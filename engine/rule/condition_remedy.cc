#include "engine/rule/condition_remedy.h"

#include <algorithm>
#include <array>

namespace bewit::rule {
namespace {

struct Remedy {
    std::string_view mark;  // part of the sentence
    std::string_view remedy;
};

// The first whose mark is there.
constexpr std::array<Remedy, 28> remedies = {{
    {"expected a ']' token", "close the argument with ], as in proc.aname[2]"},
    {"expected a valid field argument", "write the argument between the brackets, as in proc.aname[2]"},
    {"closing the transformer", "close the transformer with ), as in toupper(proc.name)"},
    {"expected ')'", "close the transformer with ), as in toupper(proc.name)"},
    {"expected a ')' token", "close what ( opened; what is in a list is separated by commas"},
    {"after 'or'", "write what follows 'or': a comparison, a macro, or a group in parentheses"},
    {"after 'and'", "write what follows 'and': a comparison, a macro, or a group in parentheses"},
    {"unexpected token after", "join conditions by 'and' or 'or', and quote values that have blanks or parentheses"},
    {"expected a valid check operator",
     "write an operator behind the field, as in evt.type = open; and, or, not are words"},
    {"expected a string value", "write a value behind the operator, and close a quote that is opened"},
    {"expected field transformer argument",
     "write what it is made of between the parentheses, as in toupper(proc.name)"},
    {"expected a field or a field transformer", "write a field behind %, as in %proc.name"},
    {"formatting cannot end with a %", "write a field behind %, as in %proc.name"},
    {"invalid regular expression", "correct the expression; a character that is meant itself has \\ before it"},
    {"expected a number value", "this operator compares numbers: write one, without quotes"},
    {"expected a list", "write the values in parentheses, separated by commas: (a, b)"},
    {"expected a '(' token", "write a comparison, a macro, or a group in parentheses here"},
    {"filter input string is empty", "write a condition, as in evt.type = open"},
    {"is not a valid number", "write a whole decimal number that the field can hold"},
    {"unrecognized IPv4 address", "write four numbers up to 255, as in 10.0.0.1"},
    {"unrecognized IPv6 address", "write an address; names are for fd.sip.name and fd.cip.name"},
    {"unrecognized IP network", "write a network with the length of its prefix, as in 10.0.0.0/8"},
    {"invalid netmask", "the length of a prefix is 0 to 32, in IPv6 0 to 128"},
    {"unrecognized boolean value", "write true or false"},
    {"supported for numeric filters",
     "numbers have =, !=, <, <=, >, >=, in, intersects and exists; true and false only =, !=, in, intersects and "
     "exists"},
    {"supported for string filters",
     "bcontains and bstartswith are for fields of bytes; text has contains and startswith"},
    {"supported for buffer filters",
     "bytes have =, !=, in, intersects, contains, startswith, endswith, bcontains, bstartswith and exists"},
    {"supported for ip address and network filters", "addresses and networks have =, !=, in, intersects and exists"},
}};

}  // namespace

std::string_view condition_remedy(std::string_view message) {
    const auto has = [&](const Remedy& known) { return message.find(known.mark) != std::string_view::npos; };
    const auto* const found = std::ranges::find_if(remedies, has);
    return found == remedies.end() ? std::string_view() : found->remedy;
}

}  // namespace bewit::rule
