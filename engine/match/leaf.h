// One comparison of a condition, `left op right`, compiled: shared by every rule that asks the same.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/field/expression.h"
#include "engine/match/comparison.h"
#include "engine/match/truth.h"

namespace bewit::match {

// How a left side of several values counts.
enum class Plurality : uint8_t {
    Any,     // one value that satisfies the whole check is enough: the ancestors of `proc.aname`
    Either,  // the two ends of a connection (`fd.ip`, `fd.net`, `fd.port`, `fd.proto`): one end is enough, but `!=`
             // must hold for both
    List,    // a list field: `in` wants all of them, `intersects` one
};

using ExpressionId = uint32_t;  // position in LeafTable::expressions()
using LeafId = uint32_t;        // position in LeafTable::leaves()

struct Leaf {
    ExpressionId left = 0;
    std::optional<ExpressionId> right;  // a field or transformer on the right; else literals
    filter::Operator op = filter::Operator::Exists;
    filter::Modifier modifier = filter::Modifier::None;
    Plurality plurality = Plurality::Any;
    std::vector<ComparisonPtr>
        comparisons;  // one, or with a modifier one for each literal; none for `exists` and with `right`
    event::ParamType type = event::ParamType::None;  // of the left side
    std::vector<std::string> literals;               // as written, for the analyses

    uint32_t facts = 0;      // FactGroup bits that its fields ask for
    bool of_process = true;  // the answer holds as long as the process's image key does

    bool fusible = false;  // a string test that can be one of several alternatives (text_alternatives.h)

    // Whether a left side that is present satisfies the check. With `right`, `holds_against` is the one to ask.
    bool holds(const field::Value& left, field::Scratch& scratch) const;
    bool holds_against(const field::Value& left, const field::Value& right) const;

private:
    bool holds_for_one(const field::Value& value, field::Scratch& scratch) const;
};

// All leaves of one rule set. Equal ones are one.
class LeafTable {
public:
    // So many leaves conditions may have; a leaf takes about 500 bytes and what its literals take.
    static constexpr size_t most_leaves = 750'000;
    // So many regular expressions, and instructions in all of them together: an instruction takes 16 bytes, one that is
    // in use some kilobytes.
    static constexpr size_t most_regexes = 20'000, most_regex_instructions = 2'000'000;

    bool is_full() const { return leaves_.size() >= most_leaves; }
    // Counts one more of `size` instructions, 0 being none; false when it is too much.
    bool count_regex(size_t size) {
        regexes_ += size != 0 ? 1 : 0;
        regex_instructions_ += size;
        return regexes_ <= most_regexes && regex_instructions_ <= most_regex_instructions;
    }

    // The place of an equal expression, or of this one.
    ExpressionId add(field::Expression expression);
    // The leaf that was added under that key.
    std::optional<LeafId> find(const std::string& key) const;
    LeafId add(std::string key, Leaf leaf);

    const std::vector<field::Expression>& expressions() const { return expressions_; }
    const std::vector<Leaf>& leaves() const { return leaves_; }
    const field::Expression& left_of(const Leaf& leaf) const { return expressions_[leaf.left]; }

private:
    std::vector<field::Expression> expressions_;
    std::vector<Leaf> leaves_;
    std::unordered_map<std::string, ExpressionId> expression_ids_;
    std::unordered_map<std::string, LeafId> leaf_ids_;
    size_t regexes_ = 0, regex_instructions_ = 0;
};

}  // namespace bewit::match
