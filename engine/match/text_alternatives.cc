// A hash for equality, and for beginnings one binary search: when no beginning is itself the beginning of another one,
// the greatest that is not above the text is the only one that the text can begin with. Endings are the same, read
// backwards.
#include "engine/match/text_alternatives.h"

#include <algorithm>

#include "engine/match/glob.h"
#include "engine/match/path_match.h"
#include "engine/match/text_set.h"
#include "engine/match/text_tests.h"

namespace bewit::match {
namespace {

using field::Value;
using filter::Operator;

// Reads a text from its end.
struct Backwards {
    using Iterator = std::string_view::const_reverse_iterator;
    static Iterator begin(std::string_view text) { return text.rbegin(); }
    static Iterator end(std::string_view text) { return text.rend(); }
    static bool starts(std::string_view text, std::string_view part) { return text.ends_with(part); }
};
struct Forwards {
    using Iterator = std::string_view::const_iterator;
    static Iterator begin(std::string_view text) { return text.begin(); }
    static Iterator end(std::string_view text) { return text.end(); }
    static bool starts(std::string_view text, std::string_view part) { return text.starts_with(part); }
};

// What a text may begin with, read in that direction.
template <class Direction>
class Beginnings {
public:
    void add(const std::string& part) { parts_.push_back(part); }

    void finish() {
        std::ranges::sort(parts_, before);
        std::vector<std::string> kept;
        for (std::string& part : parts_) {
            if (kept.empty() || !Direction::starts(part, kept.back())) kept.push_back(std::move(part));
        }
        parts_ = std::move(kept);
    }

    bool match(std::string_view text) const {
        const auto above = std::upper_bound(parts_.begin(), parts_.end(), text, before);
        return above != parts_.begin() && Direction::starts(text, *std::prev(above));
    }

private:
    static bool before(std::string_view a, std::string_view b) {
        return std::lexicographical_compare(Direction::begin(a), Direction::end(a), Direction::begin(b),
                                            Direction::end(b));
    }

    std::vector<std::string> parts_;
};

class TextAlternatives final : public Comparison {
public:
    explicit TextAlternatives(const std::vector<TextAlternative>& alternatives) {
        for (const TextAlternative& alternative : alternatives) {
            for (const std::string& literal : *alternative.literals) add(alternative.op, literal);
        }
        prefixes_.finish();
        suffixes_.finish();
        paths_.finish();
    }

    bool holds(const Value& value, field::Scratch&) const override {
        if (value.form != Value::Form::Text) return false;
        const std::string_view text = value.text;
        const auto one_of = [&](const std::vector<std::string>& literals, auto&& test) {
            return std::ranges::any_of(literals, [&](const std::string& literal) { return test(literal); });
        };
        return whole_.contains(text) || prefixes_.match(text) || suffixes_.match(text) || paths_.matches(text) ||
               one_of(parts_, [&](const std::string& part) { return contains(text, part); }) ||
               one_of(folded_parts_, [&](const std::string& part) { return contains_folded(text, part); }) ||
               one_of(globs_, [&](const std::string& glob) { return glob_match(glob, text); });
    }

private:
    void add(Operator op, const std::string& literal) {
        switch (op) {
            case Operator::StartsWith:
                prefixes_.add(literal);
                break;
            case Operator::EndsWith:
                suffixes_.add(literal);
                break;
            case Operator::Contains:
                parts_.push_back(literal);
                break;
            case Operator::IContains:
                folded_parts_.push_back(literal);
                break;
            case Operator::Glob:
                globs_.push_back(literal);
                break;
            case Operator::PMatch:
                paths_.add(literal);
                break;
            default:
                whole_.add(literal);
                break;
        }
    }

    TextSet whole_;
    Beginnings<Forwards> prefixes_;
    Beginnings<Backwards> suffixes_;
    PathSet paths_;
    std::vector<std::string> parts_, folded_parts_, globs_;
};

}  // namespace

bool is_text_alternative(Operator op) {
    switch (op) {
        case Operator::Equal:
        case Operator::In:
        case Operator::StartsWith:
        case Operator::EndsWith:
        case Operator::Contains:
        case Operator::IContains:
        case Operator::Glob:
        case Operator::PMatch:
            return true;
        default:
            return false;
    }
}

ComparisonPtr make_text_alternatives(const std::vector<TextAlternative>& alternatives) {
    return std::make_unique<TextAlternatives>(alternatives);
}

}  // namespace bewit::match
