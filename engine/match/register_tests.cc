// For each field that is made of registers alone, two questions: which registers can give the wanted answer, and is a
// register's value enough to be sure of the opposite. A name in a flag set's text proves that its bits were in the
// register; that the bits are in the register proves that the name is in the text only for names that share their bits
// with no other (FlagName::exact).
#include "engine/match/register_tests.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <unordered_set>

#include "engine/match/kernel_names.h"

namespace bewit::match {
namespace {

using field::Field;
using field::Value;
using filter::Modifier;
using filter::Operator;

constexpr uint32_t whole = UINT32_MAX;

bool holds(const Leaf& leaf, const Value& value) {
    field::Scratch scratch;
    return leaf.holds(value, scratch);
}

// A truth value of which is known with which registers it may be true and with which it may be false.
Clauses of_boolean(const Leaf& leaf, bool wanted, const Clauses& may_be_true, const Clauses& may_be_false) {
    Clauses result;
    if (holds(leaf, Value::of_bool(true)) == wanted) result = result | may_be_true;
    if (holds(leaf, Value::of_bool(false)) == wanted) result = result | may_be_false;
    return result;
}

// ---- evt.is_open_*

Clauses of_open(const Leaf& leaf, std::string_view field, const OpenArguments& open, bool wanted) {
    if (field == "evt.is_open_read" && open.flags) {
        const Clauses may_be_false =
            Clauses::equal(*open.flags, access_mode_mask, 1) | Clauses::equal(*open.flags, access_mode_mask, 3);
        return of_boolean(leaf, wanted, Clauses::differs(*open.flags, access_mode_mask, 1), may_be_false);
    }
    if (field == "evt.is_open_write" && open.flags) {
        const Clauses may_be_false =
            Clauses::equal(*open.flags, access_mode_mask, 0) | Clauses::equal(*open.flags, access_mode_mask, 3);
        return of_boolean(leaf, wanted, Clauses::differs(*open.flags, access_mode_mask, 0), may_be_false);
    }
    const Clauses may_create =
        open.flags ? Clauses::differs(*open.flags, create_flag | temporary_flag, 0) : Clauses::always();
    if (field == "evt.is_open_create") return of_boolean(leaf, wanted, may_create, Clauses::always());
    if (field != "evt.is_open_exec" || !open.mode) return Clauses::always();
    Clauses may_be_false = Clauses::equal(*open.mode, execute_bits, 0);
    if (open.flags) {
        may_be_false = may_be_false | (Clauses::equal(*open.flags, create_flag, 0) &
                                       Clauses::differs(*open.flags, whole_temporary, whole_temporary));
    }
    return of_boolean(leaf, wanted, may_create & Clauses::differs(*open.mode, execute_bits, 0), may_be_false);
}

// ---- texts

// Whether `literal` could be in the text of a number, decimal, octal or hexadecimal.
bool is_numeral(std::string_view literal) {
    return std::ranges::all_of(
        literal, [](char c) { return isxdigit(static_cast<unsigned char>(c)) != 0 || c == 'x' || c == 'X'; });
}

// Operators that want (a part of) the literal in the text, so that a text without it satisfies none.
bool wants_literal(Operator op) {
    switch (op) {
        case Operator::Equal:
        case Operator::In:
        case Operator::Contains:
        case Operator::IContains:
        case Operator::StartsWith:
        case Operator::EndsWith:
            return true;
        default:
            return false;
    }
}

// ---- flag sets

const FlagName* find_flag(const ArgumentText& text, std::string_view name) {
    const auto found = std::ranges::find(text.flags, name, &FlagName::name);
    return found != text.flags.end() ? &*found : nullptr;
}

// The text of the set may have `part` in it.
Clauses may_contain(const ArgumentText& text, event::NameTable names, std::string_view part) {
    if (is_numeral(part)) return Clauses::always();  // the empty text too
    Clauses result;
    for (const event::NamedValue& known : names) {
        if (known.name.find(part) == std::string_view::npos) continue;
        const FlagName* flag = find_flag(text, known.name);
        if (flag == nullptr) return Clauses::always();
        result = result | Clauses::test({text.argument, flag->equal, flag->mask, flag->value});
    }
    return result;
}

// The text of the set may lack `part`.
Clauses may_lack(const ArgumentText& text, event::NameTable names, std::string_view part) {
    Clauses result = Clauses::always();
    for (const event::NamedValue& known : names) {
        if (known.name.find(part) == std::string_view::npos) continue;
        const FlagName* flag = find_flag(text, known.name);
        if (flag == nullptr || !flag->exact) continue;
        result = result & Clauses::test({text.argument, !flag->equal, flag->mask, flag->value});
    }
    return result;
}

// The text may have every name, or piece of a name, that stands in `literal`.
Clauses may_contain_pieces(const ArgumentText& text, event::NameTable names, std::string_view literal) {
    Clauses result = Clauses::always();
    while (true) {
        const size_t bar = literal.find('|');
        result = result & may_contain(text, names, literal.substr(0, bar));
        if (bar == std::string_view::npos) return result;
        literal.remove_prefix(bar + 1);
    }
}

Clauses of_flags(const Leaf& leaf, const ArgumentText& text, event::NameTable names, bool wanted) {
    // `!=` fails where the text equals the literal.
    const bool negated = leaf.op == Operator::NotEqual && leaf.modifier == Modifier::None;
    if (leaf.op == Operator::IContains || (!negated && !wants_literal(leaf.op))) return Clauses::always();
    if (wanted != negated) {
        if (leaf.modifier == Modifier::AllOf && leaf.literals.empty()) return Clauses::never();
        const bool all = leaf.modifier == Modifier::AllOf;
        Clauses result = all ? Clauses::always() : Clauses::never();
        for (const std::string& literal : leaf.literals) {
            if (!all && result.is_always()) break;
            const Clauses one = may_contain_pieces(text, names, literal);
            result = all ? result & one : result | one;
        }
        return result;
    }
    const bool any = leaf.modifier == Modifier::None || leaf.modifier == Modifier::AnyOf;
    if (leaf.op != Operator::Contains || !any) return Clauses::always();
    Clauses result = Clauses::always();
    for (const std::string& literal : leaf.literals) {
        if (literal.find('|') == std::string::npos) result = result & may_lack(text, names, literal);
    }
    return result;
}

// ---- enumerations

struct Candidate {
    uint32_t value;    // the kernel's
    std::string text;  // empty: some text of a number
};

std::string name_text(const event::ParamInfo& info, uint32_t value) {
    if (info.type == event::ParamType::SigType) return std::string(event::signal_name(static_cast<int>(value)));
    std::string text;
    event::append_names(info.type, info.names, value, text);
    return text;
}

std::optional<uint32_t> value_of_name(const event::ParamInfo& info, std::string_view name) {
    const auto found = std::ranges::find(info.names, name, &event::NamedValue::name);
    if (found == info.names.end()) return std::nullopt;
    return found->value;
}

std::vector<Candidate> named_candidates(const ArgumentText& text, const event::ParamInfo& info) {
    std::vector<Candidate> candidates;
    for (const EnumerationName& known : text.values) {
        if (const auto value = value_of_name(info, known.name))
            candidates.push_back({known.value, name_text(info, *value)});
    }
    if (!text.values.empty()) return candidates;
    constexpr uint32_t signals = 65;
    if (info.type == event::ParamType::SigType) {
        for (uint32_t i = 1; i < signals; ++i) candidates.push_back({i, name_text(info, i)});
        std::erase_if(candidates, [](const Candidate& candidate) { return candidate.text.empty(); });
        return candidates;
    }
    for (const event::NamedValue& known : info.names) candidates.push_back({known.value, name_text(info, known.value)});
    return candidates;
}

// Numbers that `literal` may be the text of and that `seen` lacks.
void add_numerals(std::string_view literal, std::vector<Candidate>& candidates, std::unordered_set<uint32_t>& seen) {
    if (literal.starts_with("0x")) literal.remove_prefix(2);
    for (const int base : {8, 10, 16}) {
        uint32_t value = 0;
        const auto [end, error] = std::from_chars(literal.data(), literal.data() + literal.size(), value, base);
        const bool is_number = error == std::errc{} && end == literal.data() + literal.size();
        if (is_number && seen.insert(value).second) candidates.push_back({value, ""});
    }
}

// What the check answers for the text of a number that no literal is.
Truth answer_for_numbers(const Leaf& leaf) {
    const bool none_is_numeral =
        std::ranges::none_of(leaf.literals, [](const std::string& literal) { return is_numeral(literal); });
    if (leaf.op == Operator::Equal || leaf.op == Operator::In) return Truth::False;
    if (leaf.op == Operator::NotEqual && leaf.modifier == Modifier::None) return Truth::True;
    return wants_literal(leaf.op) && none_is_numeral ? Truth::False : Truth::Unknown;
}

// What it answers for numbers that are no candidates.
Truth answer_for_others(const Leaf& leaf, const ArgumentText& text, const event::ParamInfo& info) {
    if (text.other_values.empty()) return answer_for_numbers(leaf);
    const Truth answer = truth_of(holds(leaf, Value::of_text(text.other_values)));
    if (text.values.empty()) return answer == answer_for_numbers(leaf) ? answer : Truth::Unknown;
    // Names that the table of the kernel's numbers lacks may be any of the others.
    for (const event::NamedValue& known : info.names) {
        const bool listed = std::ranges::find(text.values, known.name, &EnumerationName::name) != text.values.end();
        if (!listed && truth_of(holds(leaf, Value::of_text(known.name))) != answer) return Truth::Unknown;
    }
    return answer;
}

Clauses of_enumeration(const Leaf& leaf, const ArgumentText& text, const event::ParamInfo& info, bool wanted) {
    std::vector<Candidate> candidates = named_candidates(text, info);
    if (text.values.empty()) {
        std::unordered_set<uint32_t> seen;
        for (const Candidate& candidate : candidates) seen.insert(candidate.value);
        for (const std::string& literal : leaf.literals) add_numerals(literal, candidates, seen);
    }
    Clauses with_wanted;
    Clauses without_others = Clauses::always();
    for (const Candidate& candidate : candidates) {
        if ((candidate.value & text.mask) != candidate.value) continue;
        if (candidate.text.empty() || holds(leaf, Value::of_text(candidate.text)) == wanted) {
            with_wanted = with_wanted | Clauses::equal(text.argument, text.mask, candidate.value);
        } else {
            without_others = without_others & Clauses::differs(text.argument, text.mask, candidate.value);
        }
    }
    const Truth others = answer_for_others(leaf, text, info);
    if (others == truth_of(!wanted)) return with_wanted;
    return without_others;  // every number but those that are sure to answer otherwise
}

Clauses of_argument(const Leaf& leaf, const Field& field, event::Kind kind, bool wanted) {
    const event::EventInfo* event = event::kind_event(kind);
    if (event == nullptr) return Clauses::always();
    const std::optional<size_t> position =
        field.index >= 0 ? std::optional(static_cast<size_t>(field.index)) : event->param(field.argument);
    if (!position || *position >= event->params.size()) return Clauses::always();
    const event::ParamInfo& info = event->params[*position];
    const ArgumentText* text = argument_text(kind, info.name);
    if (text == nullptr || leaf.op == Operator::Exists) return Clauses::always();
    return text->is_flags ? of_flags(leaf, *text, info.names, wanted) : of_enumeration(leaf, *text, info, wanted);
}

// ---- descriptors

// dup2(2) and dup3(2) give the number that was asked for, or a negative one.
Clauses of_duplicate(const Leaf& leaf, std::string_view field, bool wanted) {
    if (!wanted || leaf.modifier != Modifier::None || (leaf.op != Operator::Equal && leaf.op != Operator::In)) {
        return Clauses::always();
    }
    Clauses result;
    for (const std::string& literal : leaf.literals) {
        uint32_t number = 0;
        const auto [end, error] = std::from_chars(literal.data(), literal.data() + literal.size(), number);
        if (error != std::errc{} || end != literal.data() + literal.size()) return Clauses::always();
        result = result | Clauses::equal(1, whole, number);
        // A call that failed is still about the descriptor that it was to duplicate.
        if (field == "fd.num") result = result | Clauses::equal(0, whole, number);
    }
    return result;
}

// Without an address in the call the socket's name stays what it was.
Clauses of_changed_name(const Leaf& leaf, bool wanted) {
    return of_boolean(leaf, wanted, Clauses::not_null(4), Clauses::always());
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool may_rest_on_registers(const Leaf& leaf, const field::Expression& left) {
    const Field* field = left.plain_field();
    if (field == nullptr || leaf.right) return false;
    const std::string_view name = field->definition->name;
    return name.starts_with("evt.is_open_") || is_one_of(name, {"evt.arg", "evt.rawres", "fd.num", "fd.name_changed"});
}

Clauses registers_for(const Leaf& leaf, const field::Expression& left, event::Kind kind, bool wanted) {
    if (!may_rest_on_registers(leaf, left)) return Clauses::always();
    const Field* field = left.plain_field();
    const std::string_view name = field->definition->name;
    if (name.starts_with("evt.is_open_")) {
        const OpenArguments* open = open_arguments(kind);
        return open != nullptr ? of_open(leaf, name, *open, wanted) : Clauses::always();
    }
    if (name == "evt.arg") return of_argument(leaf, *field, kind, wanted);
    const std::string_view call = event::kind_name(kind);
    if (is_one_of(name, {"evt.rawres", "fd.num"}) && is_one_of(call, {"dup2", "dup3"}))
        return of_duplicate(leaf, name, wanted);
    if (name == "fd.name_changed" && is_one_of(call, {"sendto", "recvfrom"})) return of_changed_name(leaf, wanted);
    return Clauses::always();
}

}  // namespace bewit::match
