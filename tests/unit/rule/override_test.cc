// `override`, and the `append: true` that came before it.
#include "tests/unit/rule/loading.h"

namespace bewit::rule {

constexpr const char* append_is_old =
    "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under 'override' instead.";
constexpr const char* not_together =
    "Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry (e.g. 'condition: append') "
    "under 'override' "
    "instead.";

std::string base_rule() {
    return rule_with("r", "evt.type = open") +
           "  tags: [a]\n  exceptions: [{name: e, fields: proc.name, values: [x]}]\n";
}

TEST_CASE("append joins texts with a blank, tags as a set, and exceptions by their name") {
    Loader loader;
    load(loader, {base_rule(),
                  "- rule: r\n  condition: and proc.name = b\n  output: more\n  desc: e\n  tags: [b, a]\n"
                  "  exceptions: [{name: e, values: [y]}, {name: f, fields: [proc.pname], values: [[z]]}]\n"
                  "  override: {condition: append, output: append, desc: append, tags: append, exceptions: append}\n"});
    const Rule& rule = rule_named(loader, "r");
    CHECK(rule.condition == "evt.type = open and proc.name = b");
    CHECK(rule.output == "o more");
    CHECK(rule.description == "d e");
    CHECK(rule.tags == std::set<std::string>{"a", "b"});
    REQUIRE(rule.exceptions.size() == 2);
    CHECK(rule.exceptions[0].values.size() == 2);
    CHECK(printed(rule) == "((evt.type = open and proc.name = b) and not proc.name in (x, y) and not proc.pname = z)");
}

TEST_CASE("replace puts a key's new value in the place of the old one") {
    Loader loader;
    load(
        loader,
        {base_rule(),
         "- rule: r\n  condition: evt.type = close\n  output: ' new '\n  desc: n\n  priority: ALERT\n  enabled: false\n"
         "  capture: true\n  capture_duration: 7\n  warn_evttypes: false\n  skip-if-unknown-filter: true\n  tags: [z]\n"
         "  exceptions: [{name: g, fields: proc.name, comps: in, values: [q]}]\n"
         "  override: {condition: replace, output: replace, desc: replace, priority: replace, enabled: replace, "
         "capture: replace,\n"
         "    capture_duration: replace, warn_evttypes: replace, skip-if-unknown-filter: replace, tags: replace, "
         "exceptions: replace}\n"});
    const Rule& rule = rule_named(loader, "r");
    CHECK(rule.condition == "evt.type = close");
    CHECK(rule.output == " new ");  // trimmed where it is defined, not here
    CHECK(rule.description == "n");
    CHECK(rule.priority == Priority::Alert);
    CHECK_FALSE(rule.enabled);
    CHECK(rule.capture);
    CHECK(rule.capture_duration_ms == 7);
    CHECK_FALSE(rule.warn_evttypes);
    CHECK(rule.skip_if_unknown_filter);
    CHECK(rule.tags == std::set<std::string>{"z"});
    CHECK(printed(rule) == "(evt.type = close and not proc.name in (q))");
    CHECK(rule.place.file == "file1.yaml");
    CHECK(rule.condition_place.file == "file2.yaml");
}

TEST_CASE("appends come before replaces, whatever their order in the file") {
    Loader loader;
    load(loader,
         {base_rule(),
          "- rule: r\n  override: {desc: replace, condition: append}\n  desc: new\n  condition: and proc.name = b\n"});
    CHECK(rule_named(loader, "r").description == "new");
    CHECK(rule_named(loader, "r").condition == "evt.type = open and proc.name = b");
}

TEST_CASE("an override keeps the rule's place in the order and moves its visibility") {
    Loader loader;
    load(loader,
         {base_rule() + rule_with("s", "evt.type = close"), "- rule: r\n  desc: n\n  override: {desc: replace}\n"});
    CHECK(loader.rules().rules[0].name == "r");
    CHECK(loader.rules().rules[0].order < loader.rules().rules[1].order);
    CHECK(loader.rules().rules[0].visibility > loader.rules().rules[1].visibility);
}

TEST_CASE("override and its keys must fit each other") {
    const std::string rule = base_rule();  // seven lines
    const auto after_rule = [&rule](const char* rest) { return rule + rest; };
    struct {
        const char* truth;
        std::string yaml;
        Code code;
        const char* message;
        uint32_t line, column;
    } const cases[] = {
        {"a key needs an entry",
         after_rule("- rule: r\n  condition: and x\n  desc: n\n  override: {condition: append}\n"),
         Code::ErrYamlValidate, "Unexpected key 'desc': no corresponding entry under 'override' is defined.", 10, 3},
        {"an append entry needs its key", after_rule("- rule: r\n  override: {condition: append}\n"),
         Code::ErrYamlValidate, "An append override for 'condition' was specified but 'condition' is not defined", 8,
         3},
        {"a replace entry needs its key", after_rule("- rule: r\n  override: {tags: replace}\n"), Code::ErrYamlValidate,
         "An replace override for 'tags' was specified but 'tags' is not defined", 8, 3},
        {"an operation is append or replace",
         after_rule("- rule: r\n  condition: and x\n  override: {condition: merge}\n"), Code::ErrYamlValidate,
         "Invalid override operation for key 'condition': 'merge'. Allowed values are: append replace ", 10, 25},
        {"a key that can only be replaced says so",
         after_rule("- rule: r\n  enabled: false\n  override: {enabled: add}\n"), Code::ErrYamlValidate,
         "Invalid override operation for key 'enabled': 'add'. Allowed values are: replace ", 10, 23},
        {"an operation must be said", after_rule("- rule: r\n  condition: and x\n  override: {condition: }\n"),
         Code::ErrYamlValidate,
         "Invalid override operation for key 'condition': 'null'. Allowed values are: append replace ", 10, 25},
        {"priority cannot be appended to", after_rule("- rule: r\n  priority: INFO\n  override: {priority: append}\n"),
         Code::ErrYamlValidate, "Key 'priority' cannot be appended to, use 'replace' instead", 10, 14},
        {"an unknown key cannot be appended to", after_rule("- rule: r\n  colour: x\n  override: {colour: append}\n"),
         Code::ErrYamlValidate, "Key 'colour' cannot be appended to, use 'replace' instead", 10, 14},
        {"a source cannot be replaced", after_rule("- rule: r\n  source: syscall\n  override: {source: replace}\n"),
         Code::ErrYamlValidate, "Key 'source' cannot be replaced", 10, 14},
        {"an operation is one word", after_rule("- rule: r\n  condition: and x\n  override: {condition: [append]}\n"),
         Code::ErrValidate, "yaml-cpp: error at line 10, column 25: bad conversion", 10, 25},
        {"override is no sequence", after_rule("- rule: r\n  condition: and x\n  override: [condition]\n"),
         Code::ErrValidate,
         "invalid node; this may result from using a map iterator as a sequence iterator, or vice-versa", 10, 13},
        {"append and override exclude each other",
         after_rule("- rule: r\n  append: true\n  condition: and x\n  override: {condition: append}\n"),
         Code::ErrYamlValidate, not_together, 8, 3},
        {"a rule must be there to be appended to", "- rule: q\n  condition: and x\n  override: {condition: append}\n",
         Code::ErrValidate, "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists", 1,
         3},
        {"a rule must be there to be replaced in", "- rule: q\n  condition: x\n  override: {condition: replace}\n",
         Code::ErrValidate,
         "An 'override.<key>: replace' to a rule was requested but no rule by that name already exists", 1, 3},
        {"an invalid priority is no replacement",
         after_rule("- rule: r\n  priority: HIGH\n  override: {priority: replace}\n"), Code::ErrYamlValidate,
         "Invalid priority", 9, 13},
        {"macros only have conditions to override",
         "- macro: m\n  condition: evt.type = open\n  override: {items: append}\n", Code::ErrYamlValidate,
         "Key 'items' cannot be appended to, use 'replace' instead", 3, 14},
        {"lists only have items to override", "- list: m\n  items: []\n  override: {condition: replace}\n",
         Code::ErrYamlValidate, "Key 'condition' cannot be replaced", 3, 14},
        {"a macro must be there to be appended to", "- macro: m\n  condition: or x\n  override: {condition: append}\n",
         Code::ErrValidate,
         "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists", 1, 3},
        {"a list must be there to be appended to", "- list: l\n  items: [x]\n  override: {items: append}\n",
         Code::ErrValidate, "List uses 'append' or 'override.items: append' but no list by that name already exists", 1,
         3},
        {"an old append needs a rule", "- rule: q\n  append: true\n  condition: and x\n", Code::ErrValidate,
         "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists", 1, 3},
        {"an old append needs a macro", "- macro: q\n  append: true\n  condition: and x\n", Code::ErrValidate,
         "Macro uses 'append' or 'override.condition: append' but no macro by that name already exists", 1, 3},
        {"an old append needs a list", "- list: q\n  append: true\n  items: [x]\n", Code::ErrValidate,
         "List uses 'append' or 'override.items: append' but no list by that name already exists", 1, 3},
        {"an old append needs something to append", after_rule("- rule: r\n  append: true\n  tags: [b]\n"),
         Code::ErrValidate, "Appended rule must have exceptions or condition property", 8, 3},
        {"an old append to a list excludes override",
         "- list: l\n  items: []\n- list: l\n  append: true\n  items: [x]\n  override: {items: append}\n",
         Code::ErrYamlValidate, not_together, 3, 3},
    };
    for (const auto& c : cases) check_error({c.truth, c.yaml.c_str(), c.code, c.message, c.line, c.column});
}

TEST_CASE("an override that names nothing is none") {
    Loader loader;
    load(loader, {rule_with("r", "evt.type = open") + "  override: {}\n" + rule_with("s", "evt.type = open") +
                  "  override:\n" + rule_with("t", "evt.type = open") + "  override: yes\n"});
    CHECK(loader.rules().rules.size() == 3);
}

TEST_CASE("append: true takes conditions and exceptions, nothing else, and is out of use") {
    const std::string yaml =
        base_rule() + "- rule: r\n  append: true\n  condition: and proc.name = b\n  priority: ALERT\n  tags: [z]\n";
    check_warnings({"it is out of use", yaml.c_str(), {Code::DeprecatedItem}, append_is_old});
    Loader loader;
    load(loader, {yaml + "- rule: r\n  append: true\n  exceptions:\n"});
    const Rule& rule = rule_named(loader, "r");
    CHECK(rule.condition == "evt.type = open and proc.name = b");
    CHECK(rule.priority == Priority::Informational);
    CHECK(rule.tags == std::set<std::string>{"a"});
}

TEST_CASE("append: false is a definition") {
    Loader loader;
    load(loader, {"- list: l\n  items: [a]\n- list: l\n  append: false\n  items: [b]\n"});
    CHECK(list_named(loader, "l").items == std::vector<std::string>{"b"});
}

TEST_CASE("lists and macros are appended to in both ways") {
    Loader loader;
    load(loader, {"- list: l\n  items: [a]\n- macro: m\n  condition: proc.name = a\n",
                  "- list: l\n  items: [b]\n  append: true\n- list: l\n  items: [c]\n  override: {items: append}\n"
                  "- macro: m\n  condition: or proc.name = b\n  append: true\n- macro: m\n  condition: or proc.name = "
                  "c\n  override: {condition: append}\n"});
    CHECK(list_named(loader, "l").items == std::vector<std::string>{"a", "b", "c"});
    CHECK(macro_named(loader, "m").condition == "proc.name = a or proc.name = b or proc.name = c");
    CHECK(printed(macro_named(loader, "m")) == "(proc.name = a or proc.name = b or proc.name = c)");
    const WarningCase cases[] = {
        {"an old append to a list is told",
         "- list: l\n  items: [a]\n- list: l\n  append: true\n  items: [b]\n",
         {Code::DeprecatedItem, Code::UnusedList},
         append_is_old},
        {"an old append to a macro is told",
         "- macro: m\n  condition: a.b = 1\n- macro: m\n  append: true\n  condition: or a.b = 2\n",
         {Code::DeprecatedItem, Code::UnusedMacro},
         append_is_old},
    };
    for (const WarningCase& expected : cases) check_warnings(expected);
}

TEST_CASE("replacing a list or macro that is not there defines it") {
    Loader loader;
    load(loader, {"- list: l\n  items: [a]\n  override: {items: replace}\n- macro: m\n  condition: a.b = 1\n  "
                  "override: {condition: replace}\n"});
    CHECK(list_named(loader, "l").items == std::vector<std::string>{"a"});
    CHECK(macro_named(loader, "m").condition == "a.b = 1");
}

TEST_CASE("what is appended is text, joined before it is parsed") {
    Loader loader;
    load(loader, {rule_with("r", "evt.type = open or evt.type = close"),
                  "- rule: r\n  condition: and proc.name = b\n  override: {condition: append}\n"});
    CHECK(printed(rule_named(loader, "r")) == "(evt.type = open or (evt.type = close and proc.name = b))");
}

}  // namespace bewit::rule
