// Rules: their keys, their forms, and what later items do to them.
#include "tests/unit/rule/loading.h"

namespace bewit::rule {

constexpr const char* full_rule =
    "- rule: Any name, with \"all\" characters!\n"
    "  condition: evt.type = open\n"
    "  output: '  opened %fd.name  '\n"
    "  desc: what it is\n"
    "  priority: critical\n"
    "  source: syscall\n"
    "  enabled: no\n"
    "  capture: yes\n"
    "  capture_duration: 5000\n"
    "  warn_evttypes: false\n"
    "  skip-if-unknown-filter: true\n"
    "  tags: [b, a, b]\n";

TEST_CASE("a rule has what its item says, and the output trimmed") {
    Loader loader;
    load(loader, {full_rule});
    const Rule& rule = rule_named(loader, "Any name, with \"all\" characters!");
    CHECK(rule.condition == "evt.type = open");
    CHECK(rule.output == "opened %fd.name");
    CHECK(rule.description == "what it is");
    CHECK(rule.priority == Priority::Critical);
    CHECK(rule.source == "syscall");
    CHECK_FALSE(rule.enabled);
    CHECK(rule.capture);
    CHECK(rule.capture_duration_ms == 5000);
    CHECK_FALSE(rule.warn_evttypes);
    CHECK(rule.skip_if_unknown_filter);
    CHECK(rule.tags == std::set<std::string>{"a", "b"});
    CHECK(rule.place.line == 1);
    CHECK(rule.condition_place.line == 2);
    CHECK(rule.output_place.line == 3);
    CHECK(rule.resolved_text == "evt.type = open");
}

TEST_CASE("what a rule does not say has Falco's default") {
    Loader loader;
    load(loader, {rule_with("r", "evt.type = open")});
    const Rule& rule = rule_named(loader, "r");
    CHECK(rule.source == "syscall");
    CHECK(rule.enabled);
    CHECK_FALSE(rule.capture);
    CHECK(rule.capture_duration_ms == 0);
    CHECK(rule.warn_evttypes);
    CHECK_FALSE(rule.skip_if_unknown_filter);
    CHECK(rule.tags.empty());
    CHECK(rule.exceptions.empty());
}

TEST_CASE("priorities have eight names and one alias, whatever their case") {
    const std::pair<const char*, Priority> names[] = {{"Emergency", Priority::Emergency},
                                                      {"ALERT", Priority::Alert},
                                                      {"critical", Priority::Critical},
                                                      {"eRROR", Priority::Error},
                                                      {"WARNING", Priority::Warning},
                                                      {"notice", Priority::Notice},
                                                      {"informational", Priority::Informational},
                                                      {"INFO", Priority::Informational},
                                                      {"info", Priority::Informational},
                                                      {"Debug", Priority::Debug}};
    for (const auto& [name, wanted] : names) {
        CAPTURE(name);
        Priority priority = Priority::Emergency;
        CHECK(parse_priority(name, priority));
        CHECK(priority == wanted);
    }
    Priority priority = Priority::Alert;
    for (const char* name : {"", "inf", "WARN", "4", "informational "}) {
        CAPTURE(name);
        CHECK_FALSE(parse_priority(name, priority));
    }
    CHECK(priority == Priority::Alert);
    CHECK(priority_name(Priority::Emergency) == "Emergency");
    CHECK(priority_name(Priority::Informational) == "Informational");
    CHECK(priority_name(Priority::Debug) == "Debug");
}

TEST_CASE("a definition that lacks something, or has it wrong, is refused") {
    const ErrorCase cases[] = {
        {"a rule needs a condition", "- rule: r\n  desc: d\n  output: o\n  priority: INFO\n", Code::ErrYamlValidate,
         "Item has no mapping for key 'condition'", 1, 3},
        {"a rule needs an output", "- rule: r\n  desc: d\n  condition: evt.type = open\n  priority: INFO\n",
         Code::ErrYamlValidate, "Item has no mapping for key 'output'", 1, 3},
        {"a rule needs a description", "- rule: r\n  condition: evt.type = open\n  output: o\n  priority: INFO\n",
         Code::ErrYamlValidate, "Item has no mapping for key 'desc'", 1, 3},
        {"a rule needs a priority", "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n",
         Code::ErrYamlValidate, "Item has no mapping for key 'priority'", 1, 3},
        {"a priority has a known name",
         "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: WARN\n", Code::ErrYamlValidate,
         "Invalid priority", 5, 13},
        {"a full definition's source may not be empty",
         "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n  source: ''\n",
         Code::ErrYamlValidate, "Value must be non-empty", 6, 11},
        {"a full definition's source may not be null",
         "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n  source:\n",
         Code::ErrYamlValidate, "Mapping for key 'source' is empty", 6, 3},
        {"tags are a sequence",
         "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n  tags: a\n",
         Code::ErrYamlValidate, "Value is not a sequence", 6, 9},
        {"a duration is a number",
         "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n  capture_duration: 5s\n",
         Code::ErrYamlValidate, "Can't decode YAML scalar value", 6, 21},
        {"a duration has no sign",
         "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n  capture_duration: -1\n",
         Code::ErrYamlValidate, "Can't decode YAML scalar value", 6, 21},
        {"a duration fits 32 bits",
         "- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: INFO\n  capture_duration: "
         "4294967296\n",
         Code::ErrYamlValidate, "Can't decode YAML scalar value", 6, 21},
    };
    for (const ErrorCase& expected : cases) check_error(expected);
}

TEST_CASE("an item with nothing but `enabled` switches an earlier rule and neither moves nor changes it") {
    Loader loader;
    load(loader, {rule_with("a", "evt.type = open") + rule_with("b", "evt.type = close")});
    const size_t visibility = rule_named(loader, "a").visibility;
    load(loader, {"- rule: a\n  enabled: false\n  tags: [x]\n"});
    CHECK_FALSE(rule_named(loader, "a").enabled);
    CHECK(rule_named(loader, "a").tags.empty());
    CHECK(rule_named(loader, "a").visibility == visibility);
    CHECK(printed(rule_named(loader, "a")) == "evt.type = open");
    load(loader, {"- rule: a\n  enabled: true\n"});
    CHECK(rule_named(loader, "a").enabled);

    const std::string rule = rule_with("a", "evt.type = open");
    check_warnings({"the switch is out of use",
                    (rule + "- rule: a\n  enabled: false\n").c_str(),
                    {Code::DeprecatedItem},
                    "The standalone 'enabled' key usage is deprecated. The correct approach requires also a 'replace' "
                    "entry under the "
                    "'override' key (i.e. 'enabled: replace')."});
    check_error({"a switch needs a rule", "- rule: nobody\n  enabled: false\n", Code::ErrValidate,
                 "Rule has 'enabled' key but no rule by that name already exists", 1, 3});
    check_error({"a switch needs the key", "- rule: nobody\n  tags: [a]\n", Code::ErrYamlValidate,
                 "Item has no mapping for key 'enabled'", 1, 3});
}

TEST_CASE("a redefinition replaces the whole rule and keeps its place in the order") {
    Loader loader;
    load(loader,
         {rule_with("a", "evt.type = open") + "  tags: [x]\n  enabled: false\n" + rule_with("b", "evt.type = close"),
          rule_with("a", "evt.type = execve")});
    REQUIRE(loader.rules().rules.size() == 2);
    const Rule& rule = loader.rules().rules[0];
    CHECK(rule.name == "a");
    CHECK(rule.condition == "evt.type = execve");
    CHECK(rule.tags.empty());
    CHECK(rule.enabled);
    CHECK(rule.order < loader.rules().rules[1].order);
    CHECK(rule.visibility > loader.rules().rules[1].visibility);
    CHECK(rule.place.file == "file2.yaml");
    CHECK(printed(rule) == "evt.type = execve");
}

TEST_CASE("rules of a source that the engine lacks are remembered, changed, and never compiled") {
    const std::string rule = rule_with("k", "ka.verb = get and (((") + "  source: k8s_audit\n";
    check_warnings(
        {"an unknown source is told", rule.c_str(), {Code::UnknownSource}, "Unknown source k8s_audit, skipping"});
    Loader loader;
    load(loader, {rule, "- rule: k\n  condition: and x\n  override: {condition: append}\n"});
    CHECK(rule_named(loader, "k").unknown_source);
    CHECK(rule_named(loader, "k").condition == "ka.verb = get and ((( and x");
    CHECK(rule_named(loader, "k").resolved == nullptr);
}

TEST_CASE("a rule that is not compiled uses nothing") {
    const std::string yaml = "- list: l\n  items: [a]\n- macro: m\n  condition: evt.type = open\n" +
                             rule_with("k", "m and x in (l)") + "  source: k8s_audit\n";
    check_warnings({"of an unknown source",
                    yaml.c_str(),
                    {Code::UnknownSource, Code::UnusedMacro, Code::UnusedList},
                    "Unknown source k8s_audit, skipping"});
}

TEST_CASE("a rule keeps its source") {
    const std::string syscall_rule = rule_with("r", "evt.type = open");
    const std::string audit_rule = rule_with("r", "ka.verb = get") + "  source: k8s_audit\n";
    const char* message = "Rule has been re-defined with a different source";
    check_error({"a redefinition of another source is refused", (syscall_rule + audit_rule).c_str(), Code::ErrValidate,
                 message, 6, 3});
    check_error({"a redefinition without a source counts as syscall", (audit_rule + syscall_rule).c_str(),
                 Code::ErrValidate, message, 7, 3});
    check_error(
        {"an appended condition of another source is refused",
         (syscall_rule + "- rule: r\n  source: x\n  condition: and y\n  override: {condition: append}\n").c_str(),
         Code::ErrValidate, message, 6, 3});
    Loader loader;
    load(loader,
         {syscall_rule + "- rule: r\n  source: ''\n  condition: and evt.dir = <\n  override: {condition: append}\n" +
          "- rule: r\n  source:\n  enabled: false\n"});
    CHECK(rule_named(loader, "r").condition == "evt.type = open and evt.dir = <");
}

TEST_CASE("disabled and unused items are compiled too") {
    check_error(
        {"a disabled rule must parse", (rule_with("r", "evt.type =") + "  enabled: false\n").c_str(),
         Code::ErrCompileCondition,
         "expected a string value or a field with a valid transformer: 'val', 'tolower', 'toupper', 'b64', 'basename', "
         "'len', 'join', 'concat', 'getopt'",
         3, 24});
    check_error({"an unused macro must parse", "- macro: m\n  condition: evt.type = open and (\n",
                 Code::ErrCompileCondition, "expected a '(' token, a field check, or an identifier", 2, 35});
    Loader loader;
    load(loader, {"- macro: m\n  condition: no.such.field = 1\n"});
    CHECK(printed(macro_named(loader, "m")) == "no.such.field = 1");
}

TEST_CASE("what outputs should not have any more is told") {
    const auto with_output = [](const char* output) {
        return "- rule: r\n  desc: d\n  condition: evt.type = open\n  priority: INFO\n  output: " +
               std::string(output) + "\n";
    };
    check_warnings({"%container.info has gone",
                    with_output("a %container.info b").c_str(),
                    {Code::DeprecatedItem},
                    "%container.info is deprecated and no more useful, and will be dropped by Falco 1.0.0. The "
                    "container plugin will "
                    "automatically add required fields to the output message."});
    check_warnings({"evt.dir means nothing",
                    with_output("a %evt.dir b").c_str(),
                    {Code::DeprecatedItem},
                    "usage of deprecated field 'evt.dir' has been detected in the rule output"});
    check_warnings({"every name that occurs is told",
                    with_output("a %evt.latency.ns").c_str(),
                    {Code::DeprecatedItem, Code::DeprecatedItem},
                    "usage of deprecated field 'evt.latency' has been detected in the rule output"});
    Rule rule;
    rule.output = "a %container.info b%container.info";
    CHECK(output_format(rule) == "a  b");
}

TEST_CASE("a file keeps what it said before its error, and the next one is compiled with it") {
    Loader loader;
    const LoadResult bad = loader.add("bad", "- list: a\n  items: [x]\n- list: b\n");
    CHECK_FALSE(bad.ok);
    load(loader, {rule_with("r", "proc.name in (a)")});
    CHECK(printed(rule_named(loader, "r")) == "proc.name in (x)");
}

TEST_CASE("a condition with an error stays an error until it is replaced") {
    Loader loader;
    CHECK_FALSE(loader.add("one", rule_with("r", "evt.type = open and nothing")).ok);
    CHECK(rule_named(loader, "r").resolved == nullptr);
    const LoadResult again = loader.add("two", "- list: a\n  items: []\n");
    CHECK_FALSE(again.ok);
    CHECK(place_of(again.errors[0]).file == "one");
    load(loader, {rule_with("r", "evt.type = open")});
    CHECK(printed(rule_named(loader, "r")) == "evt.type = open");
}

TEST_CASE("taking the set leaves an empty loader") {
    Loader loader;
    load(loader, {"- macro: m\n  condition: evt.type = open\n" + rule_with("r", "m")});
    const RuleSet set = loader.take();
    CHECK(set.rules.size() == 1);
    CHECK(loader.rules().rules.empty());
    CHECK(filter::print(*set.rules[0].resolved) == "evt.type = open");
    CHECK_FALSE(loader.add("f", rule_with("r", "m")).ok);
}

}  // namespace bewit::rule
