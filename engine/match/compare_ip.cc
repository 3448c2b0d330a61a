// Addresses, networks and host names. An address of one family is never equal to, or inside, one of the other.
#include <algorithm>

#include "engine/match/comparison.h"

namespace bewit::match {
namespace {

using event::Address;
using field::Value;
using filter::Operator;

bool contains(const Address& literal, const Address& address) { return literal == address; }
bool contains(const Network& literal, const Address& address) { return literal.contains(address); }

template <class Literal>
class AddressTest final : public Comparison {
public:
    AddressTest(Operator op, std::vector<Literal> literals)
        : negated_(op == Operator::NotEqual), literals_(std::move(literals)) {}

    bool holds(const Value& value, field::Scratch&) const override {
        if (value.form != Value::Form::Address) return false;
        const bool any = std::any_of(literals_.begin(), literals_.end(),
                                     [&](const Literal& literal) { return contains(literal, value.address); });
        return any != negated_;
    }

private:
    bool negated_;
    std::vector<Literal> literals_;
};

template <class Literal>
Parsed<ComparisonPtr> make(Operator op, const std::vector<std::string>& texts,
                           Parsed<Literal> (*parse)(std::string_view)) {
    std::vector<Literal> literals;
    for (const std::string& text : texts) {
        const Parsed<Literal> literal = parse(text);
        if (!literal) return tl::unexpected(literal.error());
        literals.push_back(*literal);
    }
    return ComparisonPtr(std::make_unique<AddressTest<Literal>>(op, std::move(literals)));
}

class NameTest final : public Comparison {
public:
    NameTest(Operator op, std::vector<std::string> literals, NameResolver* names)
        : negated_(op == Operator::NotEqual), literals_(std::move(literals)), names_(names) {
        if (names_ == nullptr) return;
        for (const std::string& literal : literals_) names_->expect(literal);
    }

    bool holds(const Value& value, field::Scratch&) const override {
        if (value.form != Value::Form::Address) return false;
        const bool any =
            names_ != nullptr && std::any_of(literals_.begin(), literals_.end(),
                                             [&](const std::string& name) { return names_->has(name, value.address); });
        return any != negated_;
    }

private:
    bool negated_;
    std::vector<std::string> literals_;
    NameResolver* names_;
};

}  // namespace

Parsed<ComparisonPtr> make_address_comparison(Operator op, const std::vector<std::string>& literals) {
    return make<Address>(op, literals, parse_address);
}

Parsed<ComparisonPtr> make_network_comparison(Operator op, const std::vector<std::string>& literals) {
    return make<Network>(op, literals, parse_network);
}

ComparisonPtr make_name_comparison(Operator op, std::vector<std::string> literals, NameResolver* names) {
    return std::make_unique<NameTest>(op, std::move(literals), names);
}

}  // namespace bewit::match
