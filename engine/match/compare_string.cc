// Strings. `in` is a hash set behind a check of the lengths; a regular expression is RE2 in POSIX syntax and must match
// all of the text, whose bytes that are no UTF-8 count as U+FFFD.
#include <re2/re2.h>

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "engine/match/comparison.h"
#include "engine/match/glob.h"
#include "engine/match/path_match.h"
#include "engine/match/text_set.h"
#include "engine/match/text_tests.h"
#include "engine/match/utf8.h"

namespace bewit::match {
namespace {

using field::Value;
using filter::Operator;

bool is_text(const Value& value) { return value.form == Value::Form::Text; }

// One literal and a plain test.
template <class Test>
class TextTest final : public Comparison {
public:
    explicit TextTest(std::string literal) : literal_(std::move(literal)) {}
    bool holds(const Value& value, field::Scratch&) const override {
        return is_text(value) && Test{}(value.text, literal_);
    }

private:
    std::string literal_;
};

struct StartsWith {
    bool operator()(std::string_view text, std::string_view part) const { return text.starts_with(part); }
};
struct EndsWith {
    bool operator()(std::string_view text, std::string_view part) const { return text.ends_with(part); }
};
struct Contains {
    bool operator()(std::string_view text, std::string_view part) const { return contains(text, part); }
};
struct ContainsFolded {
    bool operator()(std::string_view text, std::string_view part) const { return contains_folded(text, part); }
};
struct Glob {
    bool operator()(std::string_view text, std::string_view pattern) const { return glob_match(pattern, text); }
};
struct GlobFolded {
    bool operator()(std::string_view text, std::string_view pattern) const { return glob_match(pattern, text, true); }
};

class TextMember final : public Comparison {
public:
    explicit TextMember(std::vector<std::string> literals) {
        for (std::string& literal : literals) set_.add(std::move(literal));
    }
    bool holds(const Value& value, field::Scratch&) const override {
        return is_text(value) && set_.contains(value.text);
    }

private:
    TextSet set_;
};

class TextPaths final : public Comparison {
public:
    explicit TextPaths(const std::vector<std::string>& literals) {
        for (const std::string& literal : literals) paths_.add(literal);
        paths_.finish();
    }
    bool holds(const Value& value, field::Scratch&) const override {
        return is_text(value) && paths_.matches(value.text);
    }

private:
    PathSet paths_;
};

class TextRegex final : public Comparison {
public:
    explicit TextRegex(const std::string& pattern) : regex_(pattern, options()) {}
    const RE2& regex() const { return regex_; }
    size_t regex_size() const override { return static_cast<size_t>(std::max(regex_.ProgramSize(), 1)); }
    bool holds(const Value& value, field::Scratch& scratch) const override {
        return is_text(value) && RE2::FullMatch(as_piece(valid_utf8(value.text, scratch)), regex_);
    }

private:
    static RE2::Options options() {
        RE2::Options options;
        options.set_posix_syntax(true);
        options.set_log_errors(false);
        return options;
    }
    static re2::StringPiece as_piece(std::string_view text) { return {text.data(), text.size()}; }

    RE2 regex_;
};

Parsed<ComparisonPtr> make_regex(const std::string& pattern) {
    auto made = std::make_unique<TextRegex>(pattern);
    if (made->regex().ok()) return ComparisonPtr(std::move(made));
    return tl::unexpected(
        fmt::format("filter error: invalid regular expression '{}': {}", pattern, made->regex().error()));
}

}  // namespace

Parsed<ComparisonPtr> make_text_comparison(Operator op, std::vector<std::string> literals) {
    const auto one = [&]<class Test>(Test) {
        return ComparisonPtr(std::make_unique<TextTest<Test>>(std::move(literals.front())));
    };
    switch (op) {
        case Operator::Equal:
            return one(std::equal_to<std::string_view>{});
        case Operator::NotEqual:
            return one(std::not_equal_to<std::string_view>{});
        case Operator::Less:
            return one(std::less<std::string_view>{});
        case Operator::LessEqual:
            return one(std::less_equal<std::string_view>{});
        case Operator::Greater:
            return one(std::greater<std::string_view>{});
        case Operator::GreaterEqual:
            return one(std::greater_equal<std::string_view>{});
        case Operator::StartsWith:
            return one(StartsWith{});
        case Operator::EndsWith:
            return one(EndsWith{});
        case Operator::Contains:
            return one(Contains{});
        case Operator::IContains:
            return one(ContainsFolded{});
        case Operator::Glob:
            return one(Glob{});
        case Operator::IGlob:
            return one(GlobFolded{});
        case Operator::Regex:
            return make_regex(literals.front());
        case Operator::PMatch:
            return ComparisonPtr(std::make_unique<TextPaths>(literals));
        default:
            return ComparisonPtr(std::make_unique<TextMember>(std::move(literals)));
    }
}

}  // namespace bewit::match
