// The file as a whole: documents, items, the shape of values.
#include "tests/unit/rule/loading.h"

namespace bewit::rule {

TEST_CASE("a file that has not the shape of a rule file is refused with Falco's sentence and the place") {
    const ErrorCase cases[] = {
        {"a scalar is no rule file", "rules", Code::ErrYamlValidate, "Rules content is not yaml", 1, 1},
        {"a map is no rule file", "rule: x\n", Code::ErrYamlValidate, "Rules content is not yaml array of objects", 1,
         1},
        {"a second document is checked too", "- list: a\n  items: []\n---\nb: c\n", Code::ErrYamlValidate,
         "Rules content is not yaml array of objects", 4, 1},
        {"an item is a map, no scalar", "- list: a\n  items: []\n- text\n", Code::ErrYamlValidate,
         "Unexpected element type. Each element should be a yaml associative array.", 3, 3},
        {"an item is a map, no sequence", "- [a, b]\n", Code::ErrYamlValidate,
         "Unexpected element type. Each element should be a yaml associative array.", 1, 3},
        {"a sequence must be closed", "- list: a\n  items: [b\n", Code::ErrYamlParse,
         "yaml-cpp: error at line 3, column 1: end of sequence flow not found", 3, 1},
        {"an alias needs an anchor", "- list: *nobody\n", Code::ErrYamlParse,
         "yaml-cpp: error at line 1, column 9: the referenced anchor is not defined", 1, 9},
    };
    for (const ErrorCase& expected : cases) check_error(expected);
}

TEST_CASE("what is no YAML in a later document stops the file before its first item") {
    Loader loader;
    const LoadResult result = loader.add("f", "- list: a\n  items: []\n---\n- ]\n");
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0].code == Code::ErrYamlParse);
    CHECK(place_of(result.errors[0]).line == 4);
    CHECK(loader.rules().lists.empty());
}

TEST_CASE("what is empty is skipped without a word") {
    const WarningCase cases[] = {
        {"an empty file is valid", "", {}, ""},
        {"a file of comments is valid", "# nothing\n\n# more\n", {}, ""},
        {"an empty document is valid", "---\n---\n...\n", {}, ""},
        {"an empty sequence is valid", "[]\n", {}, ""},
        {"a null item is skipped", "-\n- ~\n- null\n", {}, ""},
        {"a byte order mark is no content", "\xef\xbb\xbf# nothing\n", {}, ""},
    };
    for (const WarningCase& expected : cases) check_warnings(expected);
}

TEST_CASE("all documents of a file count") {
    Loader loader;
    load(loader, {"- list: a\n  items: [x]\n---\n" + rule_with("r", "proc.name in (a)")});
    CHECK(printed(rule_named(loader, "r")) == "proc.name in (x)");
}

TEST_CASE("anchors and aliases stand for what they name, and `<<` is a key like others") {
    Loader loader;
    load(loader, {"- list: a\n  items: &names [x, y]\n- list: b\n  items: *names\n- macro: m\n  condition: &c "
                  "proc.name in (a, b)\n" +
                  rule_with("r", "*c")});
    CHECK(list_named(loader, "b").items == std::vector<std::string>{"x", "y"});
    CHECK(rule_named(loader, "r").condition == "proc.name in (a, b)");
    check_warnings({"<< merges nothing",
                    "- list: a\n  items: []\n  <<: {append: true}\n",
                    {Code::UnknownKey, Code::UnusedList},
                    "Unknown key '<<'. The key will be ignored."});
}

TEST_CASE("nothing in a rule file is taken from the environment") {
    Loader loader;
    load(loader, {"- list: a\n  items: [\"${HOME}\"]\n"});
    CHECK(list_named(loader, "a").items == std::vector<std::string>{"${HOME}"});
}

TEST_CASE("an item is of the kind whose key comes first in Falco's order, wherever it stands") {
    Loader loader;
    const LoadResult result =
        loader.add("f", "- rule: r\n  macro: m\n  condition: evt.type = open\n  list: l\n  items: [a]\n");
    CHECK(result.ok);
    CHECK(loader.rules().lists.size() == 1);
    CHECK(loader.rules().macros.empty());
    CHECK(loader.rules().rules.empty());
}

TEST_CASE("items of no known kind, and keys that their kind has not, are warned about and ignored") {
    const WarningCase cases[] = {
        {"an item of no known kind is ignored",
         "- rulez: x\n  condition: y\n",
         {Code::UnknownItem},
         "Unknown top level item"},
        {"an empty map is of no known kind", "- {}\n", {Code::UnknownItem}, "Unknown top level item"},
        {"a list has no condition",
         "- list: a\n  items: []\n  condition: x\n",
         {Code::UnknownKey, Code::UnusedList},
         "Unknown key 'condition'. The key will be ignored."},
        {"a macro has no items",
         "- macro: a\n  condition: evt.type = open\n  items: x\n",
         {Code::UnknownKey, Code::UnusedMacro},
         "Unknown key 'items'. The key will be ignored."},
        {"a rule has no colour",
         "- rule: a\n  condition: evt.type = open\n  desc: d\n  output: o\n  priority: INFO\n  colour: red\n",
         {Code::UnknownKey},
         "Unknown key 'colour'. The key will be ignored."},
        {"an engine version has no other key",
         "- required_engine_version: 1\n  why: x\n",
         {Code::UnknownKey},
         "Unknown key 'why'. The key will be ignored."},
        {"plugin versions have no other key",
         "- required_plugin_versions: []\n  why: x\n",
         {Code::UnknownKey},
         "Unknown key 'why'. The key will be ignored."},
        {"a null key is called null",
         "- list: a\n  items: []\n  ~: x\n",
         {Code::UnknownKey, Code::UnusedList},
         "Unknown key 'null'. The key will be ignored."},
        {"keys inside of exceptions, overrides and plugin entries are not looked at",
         "- required_plugin_versions: [{name: container, version: 0.4.0, colour: red}]\n"
         "- rule: a\n  condition: evt.type = open\n  desc: d\n  output: o\n  priority: INFO\n"
         "  exceptions: [{name: e, fields: proc.name, colour: red}]\n",
         {},
         ""},
    };
    for (const WarningCase& expected : cases) check_warnings(expected);
    check_error({"a key must be one word", "- list: a\n  items: []\n  [x, y]: z\n", Code::ErrValidate,
                 "yaml-cpp: error at line 3, column 3: bad conversion", 3, 3});
}

TEST_CASE("a value of the wrong shape is refused with Falco's sentence and the place") {
    const ErrorCase cases[] = {
        {"a required key must be there", "- macro: m\n", Code::ErrYamlValidate,
         "Item has no mapping for key 'condition'", 1, 3},
        {"a required sequence must be there", "- list: l\n", Code::ErrYamlValidate,
         "Item has no mapping for key 'items'", 1, 3},
        {"a null value is told at its key", "- macro: m\n  condition:\n", Code::ErrYamlValidate,
         "Mapping for key 'condition' is empty", 2, 3},
        {"a name may not be null", "- list: ~\n  items: []\n", Code::ErrYamlValidate, "Mapping for key 'list' is empty",
         1, 3},
        {"a scalar must be one", "- macro: m\n  condition: [a]\n", Code::ErrYamlValidate, "Value is not a scalar value",
         2, 14},
        {"a map is no scalar", "- macro: {a: b}\n  condition: x\n", Code::ErrYamlValidate,
         "Value is not a scalar value", 1, 10},
        {"a string may not be empty", "- macro: m\n  condition: ''\n", Code::ErrYamlValidate, "Value must be non-empty",
         2, 14},
        {"items are a sequence", "- list: l\n  items: a\n", Code::ErrYamlValidate, "Value is not a sequence", 2, 10},
        {"items may not be null", "- list: l\n  items:\n", Code::ErrYamlValidate, "Value is not a sequence", 2, 3},
        {"an item of a list is a scalar", "- list: l\n  items: [a, [b]]\n", Code::ErrYamlValidate,
         "sequence value is not scalar", 2, 14},
        {"an item of a list may not be null", "- list: l\n  items:\n    - a\n    - ~\n", Code::ErrYamlValidate,
         "sequence value is not scalar", 4, 7},
        {"a truth value must be one", "- list: l\n  items: []\n  append: maybe\n", Code::ErrYamlValidate,
         "Can't decode YAML scalar value", 3, 11},
        {"a truth value has even case", "- list: l\n  items: []\n  append: tRue\n", Code::ErrYamlValidate,
         "Can't decode YAML scalar value", 3, 11},
        {"an engine version may not be empty", "- required_engine_version: ''\n", Code::ErrYamlValidate,
         "Value must be non-empty", 1, 28},
    };
    for (const ErrorCase& expected : cases) check_error(expected);
}

TEST_CASE("truth values are spelled as YAML spells them") {
    for (const char* text : {"y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", "\"true\""}) {
        CAPTURE(text);
        Loader loader;
        load(loader, {rule_with("r", "evt.type = open") + "  capture: " + text + "\n"});
        CHECK(rule_named(loader, "r").capture);
    }
    for (const char* text : {"n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"}) {
        CAPTURE(text);
        Loader loader;
        load(loader, {rule_with("r", "evt.type = open") + "  enabled: " + text + "\n"});
        CHECK_FALSE(rule_named(loader, "r").enabled);
    }
}

TEST_CASE("all scalars of lists are strings, and those of one list may be empty") {
    Loader loader;
    load(loader, {"- list: a\n  items: [1, true, 0x10, '', \"x y\", 1.50]\n- list: b\n  items: []\n"});
    CHECK(list_named(loader, "a").items == std::vector<std::string>{"1", "true", "0x10", "", "x y", "1.50"});
    CHECK(list_named(loader, "b").items.empty());
}

}  // namespace bewit::rule
