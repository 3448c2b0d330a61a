// A YAML file as a tree that knows its places.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace bewit::rule {

struct YamlNode {
    enum class Kind : uint8_t { Null, Scalar, Sequence, Map };
    Kind kind = Kind::Null;
    int line = 0, column = 0;  // from 0, as the YAML parser counts
    std::string scalar;
    std::vector<const YamlNode*> children;  // of a map: key, value, key, value, ...

    bool is(Kind wanted) const { return kind == wanted; }
    // The first pair of a map whose key is the scalar `key`; nulls when there is none.
    struct Pair {
        const YamlNode* key = nullptr;
        const YamlNode* value = nullptr;
        // The node to show: an empty value stands nowhere.
        const YamlNode& shown() const { return value->kind == Kind::Null ? *key : *value; }
    };
    Pair pair(std::string_view key) const;
    const YamlNode* find(std::string_view key) const { return pair(key).value; }
};

// An alias stands as a second pointer to the node that it names. So a node may be its own descendant: a walk that
// follows children must have an end of its own.
struct YamlTree {
    std::deque<YamlNode> nodes;
    std::vector<const YamlNode*> documents;
};

struct YamlError {
    int line = -1, column = -1;  // from 0; -1 when unknown
    std::string message;
};

// All documents of the text. Deep nesting and a flood of values are errors, not a stack overflow (load_limits.h).
tl::expected<YamlTree, YamlError> parse_yaml(std::string_view text);

}  // namespace bewit::rule
