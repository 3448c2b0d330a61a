// A definition as its author wrote it: the text, and a tree that knows which bytes each value is.
//
// JSON and YAML become the same tree, so that what is patched is decided on values (nlohmann::ordered_json) and written
// into the text (rewrite.h), which stays as it is everywhere else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace bewit::patch {

using Json = nlohmann::ordered_json;

// Far beyond what people write; in reach of what somebody with a grudge does.
namespace limits {
inline constexpr size_t text = 16u << 20;        // bytes
inline constexpr size_t depth = 100;             // collections within collections
inline constexpr size_t values = 1'000'000;      // in the text, and again once aliases are followed
inline constexpr size_t open_brackets = 10'000;  // the YAML parser notes each before it says anything
}  // namespace limits

// What is wrong, and where. Line and column count from 1, bytes; 0 when unknown.
struct Problem {
    std::string message;
    uint32_t line = 0, column = 0;
    std::string pointer{};  // RFC 6901, from the document's root; may be empty
};

// `FILE:LINE:COLUMN: POINTER: MESSAGE`, without what is unknown.
std::string to_text(const Problem& problem, std::string_view file);

// NOLINTNEXTLINE(bugprone-exception-escape): Json moves without throwing.
struct Node {
    enum class Kind : uint8_t { Null, Scalar, Sequence, Map, Alias };
    Kind kind = Kind::Null;
    bool flow = false;  // brackets; every collection of JSON
    size_t begin = 0;   // of a collection in block style: its first item's dash or its first key
    size_t end = 0;     // behind the last byte; begin when it stands nowhere (`key:`)
    std::string tag{};  // as written, "!Sub"; empty when there is none
    Json scalar{};
    std::vector<Node*> children{};  // of a map: key, value, key, value, ...
    const Node* target = nullptr;   // of an alias
    std::vector<size_t> marks{};  // of a block sequence: the dash of each item; of a map: behind the colon of each pair
};

struct Document {
    std::string text;    // without the mark
    std::string mark{};  // a byte order mark that stood before it
    bool json = false;
    std::deque<Node> nodes{};
    std::vector<Node*> roots{};  // a YAML file may hold several; empty ones are left out
};

// By content: what begins with a bracket is JSON, unless `yaml` says that it is not to be taken for that, or it is YAML
// without quotes. Refused: what is not UTF-8, what is beyond the limits, a key twice in one map, keys that are not
// scalars.
tl::expected<Document, Problem> read_document(std::string text, bool yaml = false);
tl::expected<Document, Problem> read_json(std::string text, size_t values = limits::values);
tl::expected<Document, Problem> read_yaml(std::string text);

// The value of a node. Aliases are followed; CloudFormation's short forms become long ones: `!Sub x` is {"Fn::Sub":
// "x"}.
tl::expected<Json, Problem> value_of(const Document& document, const Node& node);

// "Fn::Sub" of "!Sub", "Ref" of "!Ref"; empty when the tag is none of CloudFormation's.
std::string intrinsic_of(std::string_view tag);

// Where that byte is. `message` is kept.
Problem problem_at(const Document& document, size_t offset, std::string message);
// Completes a problem that has a pointer with the place of the deepest node that the pointer reaches.
Problem located(const Document& document, const Node& root, Problem problem);

}  // namespace bewit::patch
