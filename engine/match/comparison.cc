#include "engine/match/comparison.h"

#include "engine/match/glob.h"
#include "engine/match/number_tests.h"
#include "engine/match/text_tests.h"
#include "engine/match/value_class.h"

namespace bewit::match {
namespace {

using field::Value;
using filter::Operator;

bool compare_texts(Operator op, std::string_view left, std::string_view right) {
    switch (op) {
        case Operator::Contains:
        case Operator::BContains:
            return contains(left, right);
        case Operator::IContains:
            return contains_folded(left, right);
        case Operator::StartsWith:
        case Operator::BStartsWith:
            return left.starts_with(right);
        case Operator::EndsWith:
            return left.ends_with(right);
        case Operator::Glob:
            return glob_match(right, left);
        case Operator::IGlob:
            return glob_match(right, left, true);
        default:
            return ordered(op, left, right);
    }
}

bool has_text(const Value& value) { return value.form == Value::Form::Text || value.form == Value::Form::Bytes; }

}  // namespace

Parsed<ComparisonPtr> make_comparison(Operator op, event::ParamType type, const std::vector<std::string>& literals) {
    for (const std::string& literal : literals) {
        if (const auto good = check_literal(literal, type); !good) return tl::unexpected(good.error());
    }
    switch (class_of(type)) {
        case ValueClass::Text:
            return make_text_comparison(op, literals);
        case ValueClass::Bytes:
            return make_bytes_comparison(op, literals);
        case ValueClass::Address:
            return make_address_comparison(op, literals);
        case ValueClass::Network:
            return make_network_comparison(op, literals);
        default:
            return make_number_comparison(op, type, literals);
    }
}

bool compare_values(Operator op, event::ParamType type, const Value& left, const Value& right) {
    switch (class_of(type)) {
        case ValueClass::Text:
        case ValueClass::Bytes:
            return has_text(left) && has_text(right) && compare_texts(op, left.text, right.text);
        case ValueClass::Address:
            return left.form == Value::Form::Address && right.form == Value::Form::Address &&
                   (left.address == right.address) != (op == Operator::NotEqual);
        case ValueClass::Real:
            return is_number(left) && is_number(right) && ordered(op, real_of(left), real_of(right));
        case ValueClass::Signed:
            return is_number(left) && is_number(right) &&
                   ordered(op, static_cast<int64_t>(bits_of(left)), static_cast<int64_t>(bits_of(right)));
        default:
            return is_number(left) && is_number(right) && ordered(op, bits_of(left), bits_of(right));
    }
}

}  // namespace bewit::match
