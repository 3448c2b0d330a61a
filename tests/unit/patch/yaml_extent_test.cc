#include "injector/patch/yaml_extent.h"

#include "tests/unit/patch/texts.h"

namespace bewit::patch {
namespace {

// The text of the value under the path of keys; numbers are indices.
std::string at(const Document& document, const std::vector<std::string>& path) {
    const Node* node = document.roots[0];
    for (const std::string& step : path) {
        if (node->kind == Node::Kind::Sequence) {
            node = node->children.at(std::stoul(step));
            continue;
        }
        const Node* found = nullptr;
        for (size_t i = 0; i + 1 < node->children.size(); i += 2) {
            if (node->children[i]->scalar == step) found = node->children[i + 1];
        }
        REQUIRE(found != nullptr);
        node = found;
    }
    return document.text.substr(node->begin, node->end - node->begin);
}

TEST_CASE("words end before comments, colons and what is indented less") {
    const Document document = read_ok(
        "a: one two # c\nb:\n  c: three\n     four\n\n     five\n  # no more\nd: six#seven:eight\ne:\n- x\n- y z\nf: "
        "last");
    CHECK(at(document, {"a"}) == "one two");
    CHECK(at(document, {"b", "c"}) == "three\n     four\n\n     five");
    CHECK(at(document, {"d"}) == "six#seven:eight");
    CHECK(at(document, {"e"}) == "- x\n- y z");
    CHECK(at(document, {"e", "1"}) == "y z");
    CHECK(at(document, {"f"}) == "last");
}

TEST_CASE("quoted words end at their quote, over lines and escapes") {
    const Document document = read_ok("a: \"x \\\" # y\"  # c\nb: 'it''s\n  two'\nc: [\"]\", '}', \"a\\\\\"]\n");
    CHECK(at(document, {"a"}) == "\"x \\\" # y\"");
    CHECK(at(document, {"b"}) == "'it''s\n  two'");
    CHECK(at(document, {"c"}) == "[\"]\", '}', \"a\\\\\"]");
    CHECK(at(document, {"c", "2"}) == "\"a\\\\\"");
}

TEST_CASE("block scalars end with their indentation") {
    const Document document =
        read_ok("a:\n  - |\n    x\n      y\n\n  # c\n  - >-\n    z: w\n    # inside\nb: |+\n  kept\n\nc: 1\n");
    CHECK(at(document, {"a", "0"}) == "|\n    x\n      y");
    CHECK(at(document, {"a", "1"}) == ">-\n    z: w\n    # inside");
    CHECK(at(document, {"b"}) == "|+\n  kept\n");
}

TEST_CASE("brackets close where they close") {
    const Document document =
        read_ok("a: {b: [1, 2, ], c: {d: e f, g: }, } # x\nh: [\n  i, # ] no\n  j\n]\nk: []\nl: { }\n");
    CHECK(at(document, {"a"}) == "{b: [1, 2, ], c: {d: e f, g: }, }");
    CHECK(at(document, {"a", "b"}) == "[1, 2, ]");
    CHECK(at(document, {"a", "c"}) == "{d: e f, g: }");
    CHECK(at(document, {"a", "c", "d"}) == "e f");
    CHECK(at(document, {"h"}) == "[\n  i, # ] no\n  j\n]");
    CHECK(at(document, {"k"}) == "[]");
    CHECK(at(document, {"l"}) == "{ }");
}

TEST_CASE("nothing stands behind its colon or its dash") {
    const Document document = read_ok("a:\nb:   # c\nc:\n  -\n  - x\n  -\n");
    const Node& map = *document.roots[0];
    CHECK(map.children[1]->begin == 2);
    CHECK(map.children[3]->begin == 5);
    CHECK(at(document, {"c"}) == "-\n  - x\n  -");
    CHECK(at(document, {"c", "1"}) == "x");
}

TEST_CASE("tags, anchors and aliases belong to their values") {
    const Document document =
        read_ok("a: &x !Sub 'y'\nb: *x\nc: !If [d, !Ref e, *x]\nf: !Join\n  - ','\n  - [g]\nh: 1\n");
    CHECK(at(document, {"a"}) == "&x !Sub 'y'");
    CHECK(at(document, {"b"}) == "*x");
    CHECK(at(document, {"c"}) == "!If [d, !Ref e, *x]");
    CHECK(at(document, {"f"}) == "!Join\n  - ','\n  - [g]");
}

}  // namespace
}  // namespace bewit::patch
