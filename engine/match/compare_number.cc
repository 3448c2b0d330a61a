// Numbers and truth values. Literals were cut to the width of the type and are compared as 64 bits, with the sign that
// the type has.
#include <algorithm>

#include "engine/match/comparison.h"
#include "engine/match/number_tests.h"
#include "engine/match/value_class.h"

namespace bewit::match {
namespace {

using field::Value;
using filter::Operator;

// Number: int64_t, uint64_t or double.
template <class Number>
Number number_of(const Value& value) {
    if constexpr (std::is_same_v<Number, double>) {
        return real_of(value);
    } else {
        return static_cast<Number>(bits_of(value));
    }
}

template <class Number>
class NumberTest final : public Comparison {
public:
    NumberTest(Operator op, Number literal) : op_(op), literal_(literal) {}
    bool holds(const Value& value, field::Scratch&) const override {
        return is_number(value) && ordered(op_, number_of<Number>(value), literal_);
    }

private:
    Operator op_;
    Number literal_;
};

template <class Number>
class NumberSet final : public Comparison {
public:
    explicit NumberSet(std::vector<Number> literals) : literals_(std::move(literals)) {
        std::sort(literals_.begin(), literals_.end());
    }
    bool holds(const Value& value, field::Scratch&) const override {
        return is_number(value) && std::binary_search(literals_.begin(), literals_.end(), number_of<Number>(value));
    }

private:
    std::vector<Number> literals_;
};

template <class Number>
ComparisonPtr make(Operator op, std::vector<Number> literals) {
    if (op == Operator::In || op == Operator::Intersects)
        return std::make_unique<NumberSet<Number>>(std::move(literals));
    return std::make_unique<NumberTest<Number>>(op, literals.front());
}

Parsed<uint64_t> parse_number(std::string_view literal, event::ParamType type) {
    if (class_of(type) != ValueClass::Boolean) return parse_integer(literal, type);
    return parse_boolean(literal).map([](bool value) { return value ? uint64_t{1} : uint64_t{0}; });
}

}  // namespace

Parsed<ComparisonPtr> make_number_comparison(Operator op, event::ParamType type,
                                             const std::vector<std::string>& literals) {
    std::vector<int64_t> numbers;
    for (const std::string& literal : literals) {
        const Parsed<uint64_t> number = parse_number(literal, type);
        if (!number) return tl::unexpected(number.error());
        numbers.push_back(static_cast<int64_t>(*number));
    }
    switch (class_of(type)) {
        case ValueClass::Signed:
            return make(op, std::move(numbers));
        case ValueClass::Real:
            return make(op, std::vector<double>(numbers.begin(), numbers.end()));
        default:
            return make(op, std::vector<uint64_t>(numbers.begin(), numbers.end()));
    }
}

}  // namespace bewit::match
