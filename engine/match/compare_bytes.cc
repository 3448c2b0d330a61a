// Buffers. Literals are compared as the bytes of their text; `bcontains` and `bstartswith` take them in hexadecimal.
#include <algorithm>

#include "engine/match/comparison.h"
#include "engine/match/text_tests.h"

namespace bewit::match {
namespace {

using field::Value;
using filter::Operator;

class BytesTest final : public Comparison {
public:
    BytesTest(Operator op, std::vector<std::string> literals) : op_(op), literals_(std::move(literals)) {}

    bool holds(const Value& value, field::Scratch&) const override {
        if (value.form != Value::Form::Bytes && value.form != Value::Form::Text) return false;
        switch (op_) {
            case Operator::NotEqual:
                return value.text != literals_.front();
            case Operator::Contains:
            case Operator::BContains:
                return contains(value.text, literals_.front());
            case Operator::StartsWith:
            case Operator::BStartsWith:
                return value.text.starts_with(literals_.front());
            case Operator::EndsWith:
                return value.text.ends_with(literals_.front());
            default:
                return std::find(literals_.begin(), literals_.end(), value.text) != literals_.end();
        }
    }

private:
    Operator op_;
    std::vector<std::string> literals_;
};

}  // namespace

Parsed<ComparisonPtr> make_bytes_comparison(Operator op, std::vector<std::string> literals) {
    if (op == Operator::BContains || op == Operator::BStartsWith) {
        Parsed<std::string> bytes = parse_hex(literals.front());
        if (!bytes) return tl::unexpected(bytes.error());
        literals.front() = std::move(*bytes);
    }
    return ComparisonPtr(std::make_unique<BytesTest>(op, std::move(literals)));
}

}  // namespace bewit::match
