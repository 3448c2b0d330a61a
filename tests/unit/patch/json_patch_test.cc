#include "injector/patch/json_patch.h"

#include <doctest/doctest.h>

namespace bewit::patch {
namespace {

// The operations as text; and they do what they are for.
std::string patch_of(const std::string& present, const std::string& wanted) {
    const Json from = Json::parse(present), to = Json::parse(wanted);
    const Json operations = json_patch(from, to);
    CHECK(nlohmann::json(from.patch(operations)) == nlohmann::json(to));
    return operations.dump();
}

TEST_CASE("what is the same needs no operation, whatever the order of its keys") {
    CHECK(patch_of(R"({"a": [1, {"b": null}]})", R"({"a": [1, {"b": null}]})") == "[]");
    CHECK(patch_of(R"({"a": 1, "b": 2})", R"({"b": 2, "a": 1})") == "[]");
}

TEST_CASE("keys come, go and change") {
    CHECK(
        patch_of(R"({"a": 1, "b": 2})", R"({"b": 3, "c": {}})") ==
        R"([{"op":"remove","path":"/a"},{"op":"replace","path":"/b","value":3},{"op":"add","path":"/c","value":{}}])");
    CHECK(patch_of(R"({"a": null})", R"({"a": []})") == R"([{"op":"replace","path":"/a","value":[]}])");
    CHECK(patch_of(R"({"z": 0, "a": 1, "b": 2})", R"({"n": 0, "b": 2, "z": 0, "a": 4})") ==
          R"([{"op":"replace","path":"/a","value":4},{"op":"add","path":"/n","value":0}])");
}

TEST_CASE("keys are escaped in pointers") {
    CHECK(patch_of(R"({"a": {}})", R"({"a": {"bewit/~": "x"}})") ==
          R"([{"op":"add","path":"/a/bewit~1~0","value":"x"}])");
}

TEST_CASE("words before the others are added before them") {
    CHECK(patch_of(R"({"c": ["a", "b"]})", R"({"c": ["x", "y", "a", "b"]})") ==
          R"([{"op":"add","path":"/c/0","value":"x"},{"op":"add","path":"/c/1","value":"y"}])");
    CHECK(patch_of(R"({"c": ["x", "a", "y", "b"]})", R"({"c": ["a", "b", "z"]})") ==
          R"([{"op":"remove","path":"/c/0"},{"op":"remove","path":"/c/1"},{"op":"add","path":"/c/2","value":"z"}])");
}

TEST_CASE("what changes within an item of a list is said there") {
    CHECK(patch_of(R"([{"name": "a", "v": 1}, {"name": "b"}])",
                   R"([{"name": "new"}, {"name": "a", "v": 2}, {"name": "b"}])") ==
          R"([{"op":"add","path":"/0","value":{"name":"new"}},{"op":"replace","path":"/1/v","value":2}])");
}

TEST_CASE("the whole may be another") { CHECK(patch_of("1", "{}") == R"([{"op":"replace","path":"","value":{}}])"); }

}  // namespace
}  // namespace bewit::patch
