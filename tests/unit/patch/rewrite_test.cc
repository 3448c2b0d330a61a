#include "injector/patch/rewrite.h"

#include "injector/patch/unified_diff.h"
#include "tests/unit/patch/texts.h"

namespace bewit::patch {
namespace {

// `text` with its value changed by the JSON Patch.
std::string changed(const std::string& text, const std::string& json_patch) {
    const Document document = read_ok(text);
    const Json wanted = value_ok(text).patch(Json::parse(json_patch));
    const auto result = rewrite(document, {wanted});
    const std::string failure = result ? "" : to_text(result.error(), "");
    REQUIRE_MESSAGE(result.has_value(), failure);
    return *result;
}

TEST_CASE("what does not change keeps its bytes") {
    for (const char* text : {"{\"a\" :1,\t\"b\":[ ]  }\n\n", "a:   1 # c\n\nb: [x,y]   \n", "- a\n-   b\n"}) {
        const Document document = read_ok(text);
        CHECK(rewrite(document, {value_ok(text)}).value() == text);
    }
}

TEST_CASE("JSON: new things take the style of their neighbours") {
    CHECK(changed(R"({"a":[1]})",
                  R"([{"op":"add","path":"/a/0","value":0},{"op":"add","path":"/b","value":{"c":[2,3]}}])") ==
          R"({"a":[0,1],"b":{"c":[2,3]}})");
    CHECK(changed(R"({"a": [1]})", R"([{"op":"add","path":"/a/-","value":2}])") == R"({"a": [1, 2]})");
    CHECK(changed("{\n\t\"a\": [\n\t\t1\n\t]\n}",
                  R"([{"op":"add","path":"/a/0","value":0},{"op":"add","path":"/b","value":{"c":{"d":[1]}}}])") ==
          "{\n\t\"a\": [\n\t\t0,\n\t\t1\n\t],\n\t\"b\": {\n\t\t\"c\": {\n\t\t\t\"d\": [1]\n\t\t}\n\t}\n}");
    CHECK(changed("{\r\n  \"a\": 1\r\n}\r\n", R"([{"op":"add","path":"/b","value":2}])") ==
          "{\r\n  \"a\": 1,\r\n  \"b\": 2\r\n}\r\n");
    CHECK(changed("{\n  \"a\": []\n}", R"([{"op":"add","path":"/a/0","value":{"b":1}}])") ==
          "{\n  \"a\": [\n    {\n      \"b\": 1\n    }\n  ]\n}");
}

TEST_CASE("JSON: what goes takes its comma with it") {
    const std::string text = "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": [1, 2, 3]\n}";
    CHECK(changed(text, R"([{"op":"remove","path":"/a"}])") == "{\n  \"b\": 2,\n  \"c\": [1, 2, 3]\n}");
    CHECK(changed(text, R"([{"op":"remove","path":"/b"}])") == "{\n  \"a\": 1,\n  \"c\": [1, 2, 3]\n}");
    CHECK(changed(text, R"([{"op":"remove","path":"/c"},{"op":"remove","path":"/b"}])") == "{\n  \"a\": 1\n}");
    CHECK(changed(text, R"([{"op":"remove","path":"/c/0"},{"op":"remove","path":"/c/0"}])") ==
          "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": [3]\n}");
    CHECK(changed(text, R"([{"op":"replace","path":"/c","value":[]}])") ==
          "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": []\n}");
}

TEST_CASE("YAML: lines are added and removed, comments stay") {
    const std::string text = "# top\na: # of a\n  - x # of x\n  # between\n  - y\n\nb: {c: d}\n# end\n";
    CHECK(changed(text, R"([{"op":"add","path":"/a/0","value":"w"}])") ==
          "# top\na: # of a\n  - w\n  - x # of x\n  # between\n  - y\n\nb: {c: d}\n# end\n");
    CHECK(changed(text, R"([{"op":"add","path":"/a/-","value":{"p":["q"],"r":{"s":"1"}}}])") ==
          "# top\na: # of a\n  - x # of x\n  # between\n  - y\n  - p: [\"q\"]\n    r:\n      s: \"1\"\n\nb: {c: d}\n# "
          "end\n");
    CHECK(changed(text, R"([{"op":"remove","path":"/a/1"}])") ==
          "# top\na: # of a\n  - x # of x\n  # between\n\nb: {c: d}\n# end\n");
    CHECK(changed(text, R"([{"op":"remove","path":"/a/0"}])") ==
          "# top\na: # of a\n  # between\n  - y\n\nb: {c: d}\n# end\n");
    CHECK(changed(text, R"([{"op":"add","path":"/b/e","value":[1]},{"op":"add","path":"/f","value":true}])") ==
          "# top\na: # of a\n  - x # of x\n  # between\n  - y\n\nb: {c: d, \"e\": [1]}\nf: true\n# end\n");
    CHECK(changed(text, R"([{"op":"remove","path":"/b/c"}])") ==
          "# top\na: # of a\n  - x # of x\n  # between\n  - y\n\nb: {}\n# end\n");
}

TEST_CASE("YAML: every shape of a list and of a map") {
    CHECK(changed("l:\n- a: 1\n  b: 2\n- a: 3\n",
                  R"([{"op":"remove","path":"/l/0/a"},{"op":"add","path":"/l/1/b","value":"x y"}])") ==
          "l:\n- b: 2\n- a: 3\n  b: \"x y\"\n");
    CHECK(changed("a: |\n  text\nb: 1", R"([{"op":"add","path":"/c","value":[]}])") == "a: |\n  text\nb: 1\nc: []");
    CHECK(changed("a: 1\nb: 2", R"([{"op":"remove","path":"/b"}])") == "a: 1");
    CHECK(changed("a: |\n  text\n", R"([{"op":"add","path":"/c","value":"-"}])") == "a: |\n  text\nc: \"-\"\n");
    CHECK(changed("a:\nb: 1\n", R"([{"op":"replace","path":"/a","value":["x"]}])") == "a: [\"x\"]\nb: 1\n");
    CHECK(changed("a: null\nb: 1\n", R"([{"op":"replace","path":"/a","value":["x"]}])") == "a: [\"x\"]\nb: 1\n");
    CHECK(changed("a:\n  - x\nb: 1\n", R"([{"op":"replace","path":"/a","value":[]}])") == "a: []\nb: 1\n");
    CHECK(changed("a:\n  -   b: 1\n", R"([{"op":"add","path":"/a/0/c","value":{"d":"e"}}])") ==
          "a:\n  -   b: 1\n      c:\n        d: e\n");
    CHECK(changed("a: 1\r\nb:\r\n  - x\r\n",
                  R"([{"op":"add","path":"/b/0","value":"w"},{"op":"add","path":"/c","value":{"d":1}}])") ==
          "a: 1\r\nb:\r\n  - w\r\n  - x\r\nc:\r\n  d: 1\r\n");
}

TEST_CASE("YAML: functions stay as they are written, and change within") {
    const std::string text = "a: !If\n  - c\n  - - x\n  - !Ref AWS::NoValue\nb: !Sub [\"${v}\", {v: !Ref w}]\n";
    CHECK(changed(text, R"([{"op":"add","path":"/a/Fn::If/1/0","value":"w"}])") ==
          "a: !If\n  - c\n  - - w\n    - x\n  - !Ref AWS::NoValue\nb: !Sub [\"${v}\", {v: !Ref w}]\n");
}

TEST_CASE("words that YAML would take for something else are quoted") {
    const auto added = [](const std::string& word) {
        return changed("a: 1\n", Json::array({{{"op", "add"}, {"path", "/b"}, {"value", word}}}).dump());
    };
    CHECK(added("plain/word-1.x") == "a: 1\nb: plain/word-1.x\n");
    for (const char* word : {"yes", "No", "null", "~",  "1",  "0x1", "1e3",  "- a", "a: b", "a #b", "*a", "&a",
                             "!a",  "",   " a",   "a ", "@a", "`",   "it's", "é",   "a\nb", "\"'",  "{",  "%"}) {
        CAPTURE(word);
        const std::string text = added(word);
        CHECK(value_ok(text)["b"] == word);
        CHECK(text.find_first_of("'\"") != std::string::npos);
    }
}

TEST_CASE("an alias is not changed behind the back of its other uses") {
    const std::string text = "a: &x [1]\nb: *x\n";
    const Document document = read_ok(text);
    CHECK(rewrite(document, {Json::parse(R"({"a":[1],"b":[1,2]})")}).error().message.find("alias") !=
          std::string::npos);
    CHECK(rewrite(document, {Json::parse(R"({"a":[1,2],"b":[1]})")}).error().message.find("plainer style") !=
          std::string::npos);
    CHECK(rewrite(document, {Json::parse(R"({"a":[1,2],"b":[1,2]})")}).has_value() == false);
}

TEST_CASE("documents of a stream are changed each for itself") {
    const Document document = read_ok("---\na: 1\n---\n# only a comment\n---\nb: 2\n");
    CHECK(rewrite(document, {Json::parse(R"({"a":1,"x":0})"), Json::parse(R"({"b":3})")}).value() ==
          "---\na: 1\nx: 0\n---\n# only a comment\n---\nb: 3\n");
}

TEST_CASE("a difference reads like that of diff -u") {
    CHECK(unified_diff("a\nb\n", "a\nb\n", "x", "y") == "");
    CHECK(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9", "x", "y") ==
          "--- x\n+++ y\n@@ -2,8 +2,8 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n-9\n+9\n\\ No newline at end of file\n");
    CHECK(unified_diff("", "a\n", "x", "y") == "--- x\n+++ y\n@@ -0,0 +1 @@\n+a\n");
}

}  // namespace
}  // namespace bewit::patch
