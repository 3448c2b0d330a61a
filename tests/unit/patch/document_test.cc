#include "injector/patch/document.h"

#include "tests/unit/patch/texts.h"

namespace bewit::patch {
namespace {

TEST_CASE("JSON keeps its order, its numbers and its escapes") {
    CHECK(value_ok(R"({"b": 1, "a": [true, null, "\u00e9\n", 1.5e3]})").dump() ==
          R"({"b":1,"a":[true,null,"é\n",1500.0]})");
    CHECK(value_ok(" [ ] ").dump() == "[]");
    CHECK(value_ok("\xef\xbb\xbf{}").dump() == "{}");
    CHECK(read_ok("\xef\xbb\xbf{}").mark.size() == 3);
    CHECK(value_ok("{a: [b]}").dump() == R"({"a":["b"]})");  // YAML, though it begins like JSON
}

TEST_CASE("what is no JSON is refused with its place") {
    CHECK(refusal("{\n  \"a\": 1,\n  \"a\": 2\n}") == "t:3:3: the key 'a' stands twice in this object");
    CHECK(refusal("{\"a\": }") == "t:1:7: a value is missing here");
    CHECK(refusal("{\"a\": 1 \"b\": 2}") == "t:1:9: a comma or '}' is missing here");
    CHECK(refusal("{\"a\": [1, 2}") == "t:1:12: a comma or ']' is missing here");
    CHECK(refusal("{\"a\"") == "t:1:5: a colon is missing here");
    CHECK(refusal("{\"a\": 1") == "t:1:8: the JSON ends in the middle");
    CHECK(refusal("{'a': 1}") == "t:1:2: a key in quotes is missing here");
    CHECK(refusal("{\"a\": tru}") == "t:1:7: this value is no valid JSON");
    CHECK(refusal("{\"a\": \"\\x\"}") == "t:1:7: this value is no valid JSON");
    CHECK(refusal("{} x") == "t:1:4: something follows the end of the JSON document");
    CHECK(refusal("{\"a\": \"b") == "t:1:7: this value is no valid JSON");
}

TEST_CASE("what is no text is refused") {
    CHECK(refusal("{\"a\": \"\xff\"}") == "t:1:8: this is neither UTF-8 nor a character that a text may hold");
    for (const char* bad : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x01", "\x7f"})
        CHECK(refusal(std::string("a: ") + bad) != "");
    CHECK(refusal(std::string("a: \0", 4)) != "");
    CHECK(refusal("a: \xe2\x82\xac \xf0\x9f\xa6\x85") == "");
}

TEST_CASE("depth and size have limits, and no stack is at risk") {
    CHECK(refusal(std::string(100'000, '[')).find("nested more than 100 levels deep") != std::string::npos);
    CHECK(refusal("a: " + std::string(100'000, '[')).find("brackets are open") != std::string::npos);
    CHECK(refusal("a: " + std::string(5'000, '[') + std::string(5'000, ']')).find("nested more than 100 levels deep") !=
          std::string::npos);
    std::string steps;
    for (int i = 0; i < 200; ++i) steps += std::string(static_cast<size_t>(i), ' ') + "a:\n";
    CHECK(refusal(steps).find("nested more than 100 levels deep") != std::string::npos);
    CHECK(refusal(std::string(17u << 20, ' ')).find("larger than 16 MiB") != std::string::npos);
}

TEST_CASE("aliases that multiply are refused before they do") {
    std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        bomb += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int j = 0; j < 10; ++j) bomb += (j == 0 ? "*a" : ", *a") + std::to_string(i - 1);
        bomb += "]\n";
    }
    CHECK(refusal(bomb).find("aliases make more than") != std::string::npos);
    CHECK(refusal("a: &x [*x]\n").find("the alias stands for what contains it") != std::string::npos);
}

TEST_CASE("YAML means what its readers take it for") {
    CHECK(value_ok("a: 1\nb: '1'\nc: yes\nd: true\ne:\nf: ~\ng: 0644\nh: 1.10\n").dump() ==
          R"({"a":1,"b":"1","c":"yes","d":true,"e":null,"f":null,"g":"0644","h":"1.10"})");
    CHECK(value_ok("x: &v {p: q}\ny: *v\n").dump() == R"({"x":{"p":"q"},"y":{"p":"q"}})");
    CHECK(value_ok("a: |\n  two\n  lines\n").dump() == R"({"a":"two\nlines\n"})");
}

TEST_CASE("CloudFormation's short forms are its long ones") {
    CHECK(
        value_ok("a: !Ref X\nb: !Sub '${X}'\nc: !If [y, !GetAtt a.b, !Ref 'AWS::NoValue']\n").dump() ==
        R"({"a":{"Ref":"X"},"b":{"Fn::Sub":"${X}"},"c":{"Fn::If":["y",{"Fn::GetAtt":"a.b"},{"Ref":"AWS::NoValue"}]}})");
}

TEST_CASE("what is no YAML is refused with its place, and templates with what to do") {
    // The parser would find values in it without end.
    CHECK(read_yaml("{b: [],s: {s: {d: []}}},").error().message == "no valid YAML: there are more values than bytes");
    CHECK(refusal("a: 1\na: 2\n") == "t:2:1: the key 'a' stands twice in this map");
    CHECK(refusal("a: [1\n").starts_with("t:2:1: no valid YAML: "));
    CHECK(refusal("? [a, b]\n: c\n").find("a key must be a word") != std::string::npos);
    CHECK(refusal("a:\n  {{- include \"x\" . }}\n").find("helm template") != std::string::npos);
}

TEST_CASE("documents of a stream are roots, empty ones are not") {
    const Document document = read_ok("# first\n---\na: 1\n---\n---\n# nothing\n---\nb: 2\n...\n");
    CHECK(document.roots.size() == 2);
    CHECK(read_ok("").roots.empty());
}

TEST_CASE("a problem is shown where its pointer leads") {
    const Document document =
        read_ok("Resources:\n  T:\n    Properties:\n      C: !If\n        - x\n        - a/b: [1, 2]\n        - 2\n");
    const Problem problem =
        located(document, *document.roots[0], {.message = "m", .pointer = "/Resources/T/Properties/C/Fn::If/1/a~1b/1"});
    CHECK(to_text(problem, "f").starts_with("f:6:20: /Resources"));
}

}  // namespace
}  // namespace bewit::patch
