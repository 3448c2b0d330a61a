// Numbers and truth values as their type compares them.
#pragma once

#include <cstdint>

#include "engine/field/value.h"
#include "engine/filter/ast.h"

namespace bewit::match {

inline bool is_number(const field::Value& value) {
    using Form = field::Value::Form;
    return value.form == Form::Int || value.form == Form::Uint || value.form == Form::Double ||
           value.form == Form::Bool;
}

// The 64 bits of an integer or truth value; a Double is cut to its integer part.
inline uint64_t bits_of(const field::Value& value) {
    switch (value.form) {
        case field::Value::Form::Bool:
            return value.b ? 1 : 0;
        case field::Value::Form::Double:
            return static_cast<uint64_t>(static_cast<int64_t>(value.d));
        default:
            return value.u;
    }
}

inline double real_of(const field::Value& value) {
    switch (value.form) {
        case field::Value::Form::Double:
            return value.d;
        case field::Value::Form::Int:
            return static_cast<double>(value.i);
        default:
            return static_cast<double>(bits_of(value));
    }
}

// Of the six operators that order and equate; anything else counts as `=`.
template <class T>
bool ordered(filter::Operator op, T left, T right) {
    switch (op) {
        case filter::Operator::NotEqual:
            return left != right;
        case filter::Operator::Less:
            return left < right;
        case filter::Operator::LessEqual:
            return left <= right;
        case filter::Operator::Greater:
            return left > right;
        case filter::Operator::GreaterEqual:
            return left >= right;
        default:
            return left == right;
    }
}

}  // namespace bewit::match
