// fd.directory of a file is the name without its last component; that of a directory the name itself; a device has
// none. So a directory test may hold where the name or the name above it fits, and is never sure.
#include "engine/match/path_patterns.h"

#include <algorithm>
#include <string_view>

namespace bewit::match {
namespace {

using filter::Operator;
using Kind = PatternToken::Kind;

constexpr PatternToken star{Kind::Star};
constexpr PatternToken not_slashes{Kind::NotSlashes};

void append(Pattern& pattern, std::string_view text) {
    for (const char c : text) pattern.push_back({Kind::Byte, static_cast<uint8_t>(c)});
}

// `many` stands for what `*` may be. False for brackets and backslashes.
bool append_glob(Pattern& pattern, std::string_view glob, PatternToken many, Kind one) {
    for (const char c : glob) {
        if (c == '[' || c == '\\') return false;
        if (c == '*') {
            pattern.push_back(many);
        } else if (c == '?') {
            pattern.push_back({one});
        } else {
            append(pattern, {&c, 1});
        }
    }
    return true;
}

// The components of the literal are the first ones of the name.
bool append_components(std::vector<Pattern>& patterns, std::string_view literal) {
    Pattern whole;
    while (true) {
        literal.remove_prefix(std::min(literal.find_first_not_of('/'), literal.size()));
        if (literal.empty()) break;
        const size_t end = std::min(literal.find('/'), literal.size());
        append(whole, "/");
        if (!append_glob(whole, literal.substr(0, end), not_slashes, Kind::NotSlash)) return false;
        literal.remove_prefix(end);
    }
    Pattern below = whole;
    if (!whole.empty()) append(below, "/");
    below.push_back(star);
    patterns.push_back(std::move(whole));
    patterns.push_back(std::move(below));
    return true;
}

bool append_patterns(std::vector<Pattern>& patterns, Operator op, std::string_view literal) {
    Pattern pattern;
    switch (op) {
        case Operator::Equal:
        case Operator::NotEqual:
        case Operator::In:
            append(pattern, literal);
            break;
        case Operator::StartsWith:
            append(pattern, literal);
            pattern.push_back(star);
            break;
        case Operator::EndsWith:
            pattern.push_back(star);
            append(pattern, literal);
            break;
        case Operator::Contains:
            pattern.push_back(star);
            append(pattern, literal);
            pattern.push_back(star);
            break;
        case Operator::Glob:
            if (!append_glob(pattern, literal, star, Kind::AnyByte)) return false;
            break;
        case Operator::PMatch:
            return append_components(patterns, literal);
        default:
            return false;
    }
    patterns.push_back(std::move(pattern));
    return true;
}

// Whether the pattern fits `/`.
bool fits_root(const Pattern& pattern) {
    size_t slashes = 0;
    bool any = false;
    for (const PatternToken& token : pattern) {
        if (token.kind == Kind::Star) {
            any = true;
        } else if (token == PatternToken{Kind::Byte, '/'} || token.kind == Kind::AnyByte) {
            ++slashes;
        } else if (token.kind != Kind::NotSlashes) {
            return false;
        }
    }
    return slashes == 1 || (slashes == 0 && any);
}

// Names whose directory the pattern fits: `/` is that of `/x`.
void add_files_below(std::vector<Pattern>& patterns) {
    const size_t count = patterns.size();
    for (size_t i = 0; i < count; ++i) {
        if (fits_root(patterns[i])) patterns.push_back({PatternToken{Kind::Byte, '/'}, not_slashes});
        Pattern below = patterns[i];
        append(below, "/");
        below.push_back(not_slashes);
        patterns.push_back(std::move(below));
    }
}

// Names whose last component the pattern fits.
void make_last_component(std::vector<Pattern>& patterns) {
    for (Pattern& pattern : patterns) {
        for (PatternToken& token : pattern) {
            if (token.kind == Kind::Star) token.kind = Kind::NotSlashes;
            if (token.kind == Kind::AnyByte) token.kind = Kind::NotSlash;
        }
        pattern.insert(pattern.begin(), {star, PatternToken{Kind::Byte, '/'}});
    }
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, name) != names.end();
}

}  // namespace

bool asks_name(const Leaf& leaf, const field::Expression& left) {
    const field::Field* field = left.plain_field();
    if (field == nullptr || leaf.right || leaf.modifier != filter::Modifier::None || leaf.literals.empty())
        return false;
    const std::string_view name = field->definition->name;
    return is_one_of(name, {"fd.name", "fd.nameraw", "fd.directory", "fd.filename"}) ||
           (is_one_of(name, {"evt.arg", "evt.rawarg"}) && field->argument == "name");
}

std::optional<NameQuestion> name_question(const Leaf& leaf, const field::Expression& left) {
    if (!asks_name(leaf, left)) return std::nullopt;
    NameQuestion question;
    for (const std::string& literal : leaf.literals) {
        if (!append_patterns(question.patterns, leaf.op, literal)) return std::nullopt;
    }
    question.negated = leaf.op == Operator::NotEqual;
    const std::string_view name = left.plain_field()->definition->name;
    if (name == "fd.name") {
        question.exact = true;
    } else if (name == "fd.directory") {
        // A text that nothing is known of but that it differs from one: no pattern says when.
        if (question.negated) return std::nullopt;
        add_files_below(question.patterns);
    } else if (name == "fd.filename") {
        if (question.negated) return std::nullopt;
        make_last_component(question.patterns);
    } else {
        question.of_given_name = true;
    }
    return question;
}

}  // namespace bewit::match
