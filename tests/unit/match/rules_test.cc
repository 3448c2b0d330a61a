#include "engine/match/rules.h"

#include <doctest/doctest.h>

#include <set>

#include "tests/unit/match/world.h"

using namespace bewit;
using namespace bewit::match;

namespace {

using Names = std::vector<std::string>;

Rules compile(const rule::RuleSet& set, const Options& options = {}) {
    std::vector<rule::Diagnostic> diagnostics;
    Rules rules(set, options, diagnostics);
    for (const rule::Diagnostic& diagnostic : diagnostics) REQUIRE_FALSE(rule::is_error(diagnostic.code));
    return rules;
}

Names selected(const rule::RuleSet& set, const Options& options) {
    const Rules rules = compile(set, options);
    Names names;
    for (const CompiledRule& rule : rules.selected()) names.push_back(rule.rule->name);
    return names;
}

const Options all_rules{.matching = RuleMatching::All};

event::View open_record(World& world) {
    return world.record("open", {{"fd", 3}, {"name", "/etc/shadow"}, {"flags", 1}, {"mode", 0}});
}

std::vector<rule::Diagnostic> diagnostics_of(rule::RuleSet& set) {
    std::vector<rule::Diagnostic> diagnostics;
    const Rules rules(set, {}, diagnostics);
    return diagnostics;
}

class FakeNames final : public NameResolver {
public:
    void expect(std::string_view name) override { expected.emplace(name); }
    bool has(std::string_view name, const event::Address& address) override {
        return name == "example.com" && address == ipv4("192.0.2.9");
    }
    std::set<std::string> expected;
};

}  // namespace

TEST_CASE("rules are tried in their order; the first that holds ends it unless all are wanted") {
    World world;
    const rule::RuleSet set = rule_set({{"none", "evt.type = open and proc.name = x"},
                                        {"one", "evt.type = open and proc.name = nginx"},
                                        {"two", "fd.name startswith /etc"},
                                        {"other", "evt.type = connect"}});
    CHECK(matches(compile(set), world, open_record(world)) == Names{"one"});
    CHECK(matches(compile(set, all_rules), world, open_record(world)) == Names{"one", "two"});
}

TEST_CASE("a rule is left out when it is disabled, unimportant, unwanted by tag or by name") {
    rule::RuleSet set = rule_set({{"a", "evt.type=open"}, {"b", "evt.type=open"}, {"c two", "evt.type=open"}});
    set.rules[0].tags = {"file", "slow"};
    set.rules[1].tags = {"net"};
    set.rules[0].priority = rule::Priority::Warning;
    set.rules[1].priority = rule::Priority::Notice;
    set.rules[2].priority = rule::Priority::Critical;
    CHECK(selected(set, {}) == Names{"a", "b", "c two"});
    CHECK(selected(set, {.least_priority = rule::Priority::Warning}) == Names{"a", "c two"});
    CHECK(selected(set, {.disabled_tags = {"slow", "other"}}) == Names{"b", "c two"});
    CHECK(selected(set, {.only_tags = {"net", "slow"}}) == Names{"a", "b"});
    CHECK(selected(set, {.disabled_rules = {"c *"}}) == Names{"a", "b"});
    CHECK(selected(set, {.disabled_rules = {"?", "[ab]"}}) == Names{"a", "b", "c two"});
    CHECK(selected(set, {.only_rules = {"b"}}) == Names{"b"});
    set.rules[1].enabled = false;
    CHECK(selected(set, {}) == Names{"a", "c two"});
}

TEST_CASE("a rule that does not compile is an error and the others are there") {
    World world;
    rule::RuleSet set = rule_set({{"bad", "evt.type = open and fd.num contains 3"}, {"good", "evt.type = open"}});
    std::vector<rule::Diagnostic> diagnostics;
    const Rules rules(set, {}, diagnostics);
    REQUIRE(diagnostics.size() == 1);
    CHECK(diagnostics[0].code == rule::Code::ErrCompileCondition);
    CHECK(diagnostics[0].message == "filter error: 'contains' operator not supported for numeric filters");
    CHECK(matches(rules, world, open_record(world)) == Names{"good"});
}

TEST_CASE("rules that are not selected are compiled for their errors all the same") {
    rule::RuleSet set = rule_set({{"bad", "fd.num contains 3"}});
    set.rules[0].enabled = false;
    CHECK(diagnostics_of(set).front().code == rule::Code::ErrCompileCondition);
}

TEST_CASE("an unknown field drops the rule with a warning only when the rule says so") {
    rule::RuleSet set = rule_set({{"r", "evt.type = open and proc.no_such_field = 1"}});
    CHECK(diagnostics_of(set).front().code == rule::Code::ErrCompileCondition);
    set.rules[0].skip_if_unknown_filter = true;
    CHECK(diagnostics_of(set).front().code == rule::Code::UnknownFilter);
    set = rule_set({{"r", "evt.type = no_such_event"}});
    set.rules[0].skip_if_unknown_filter = true;
    CHECK(diagnostics_of(set).front().code == rule::Code::UnknownFilter);
    set = rule_set({{"r", "evt.type = open and fd.num = x"}});
    set.rules[0].skip_if_unknown_filter = true;
    CHECK(diagnostics_of(set).front().code == rule::Code::ErrCompileCondition);
}

TEST_CASE("a rule for all events is warned of unless it is meant") {
    rule::RuleSet set = rule_set({{"r", "proc.name = x"}});
    REQUIRE(diagnostics_of(set).size() == 1);
    CHECK(diagnostics_of(set)[0].code == rule::Code::NoEvttype);
    set.rules[0].warn_evttypes = false;
    CHECK(diagnostics_of(set).empty());
    set = rule_set({{"r", "evt.num = 0"}});
    CHECK(diagnostics_of(set).empty());
}

TEST_CASE("deprecated fields and doubtful literals are warned of") {
    const auto only_code = [](std::string condition) {
        rule::RuleSet set = rule_set({{"r", "evt.type = open and " + condition}});
        const std::vector<rule::Diagnostic> diagnostics = diagnostics_of(set);
        REQUIRE(diagnostics.size() == 1);
        return std::pair(diagnostics[0].code, diagnostics[0].message);
    };
    CHECK(only_code("evt.dir = <").first == rule::Code::DeprecatedItem);
    using Warning = std::pair<rule::Code, std::string>;
    CHECK(only_code("proc.name = proc.pname") ==
          Warning{rule::Code::CompileCondition, "'proc.pname' may be a valid field misused as a const string value"});
    CHECK(only_code("proc.name in ('proc.aname[2] ')").first == rule::Code::CompileCondition);
    CHECK(only_code("proc.name = 'toupper(proc.name)'") ==
          Warning{rule::Code::CompileCondition,
                  "'toupper(proc.name)' may be a valid field transformer misused as a const string value"});
    CHECK(only_code("proc.name regex '^abc.*'").second ==
          "regex check with '^abc.*' may be optimized with simpler operators such as '=', 'contains', 'startswith', "
          "'endswith'");
    rule::RuleSet fine = rule_set({{"r", "evt.type = open and proc.name regex '^a[bc].*' and fd.name = /a.b"}});
    CHECK(diagnostics_of(fine).empty());
}

TEST_CASE("host names are compared by whoever can resolve them") {
    World world;
    world.witness.descriptors[{100, 5}] = connection("10.1.2.3", 40000, "192.0.2.9", 443);
    const rule::RuleSet set = rule_set({{"is", "evt.type = sendto and fd.sip.name = example.com"},
                                        {"in", "evt.type = sendto and fd.sip.name in (other.org, example.com)"},
                                        {"not", "evt.type = sendto and fd.sip.name != example.com"},
                                        {"client", "evt.type = sendto and fd.cip.name = example.com"}});
    const event::View send = world.record("sendto", {{"res", 1}, {"fd", 5}, {"size", 1}});
    FakeNames names;
    Options options = all_rules;
    options.names = &names;
    CHECK(matches(compile(set, options), world, send) == Names{"is", "in"});
    CHECK(names.expected == std::set<std::string>{"example.com", "other.org"});
    CHECK(matches(compile(set, all_rules), world, send) == Names{"not"});
    CHECK(error_of("fd.sip.name startswith example") ==
          "filter error: 'startswith' operator not supported for host name filters");
}

TEST_CASE("what is kept with a process is forgotten when its image changes") {
    World world;
    const rule::RuleSet set =
        rule_set({{"nginx", "evt.type = open and proc.name = nginx"}, {"cat", "evt.type = open and proc.name = cat"}});
    const Rules rules = compile(set);
    CHECK(matches(rules, world, open_record(world)) == Names{"nginx"});
    CHECK(matches(rules, world, open_record(world)) == Names{"nginx"});
    world.witness.processes[100].comm = "cat";
    const event::View renamed =
        world.record("prctl", {{"res", 0}, {"option", 15}, {"arg2_str", "cat"}, {"arg2_int", 0}});
    CHECK(matches(rules, world, renamed).empty());
    CHECK(matches(rules, world, open_record(world)) == Names{"cat"});
}

TEST_CASE("two rule sets on one state do not take each other's answers") {
    World world;
    const rule::RuleSet set = rule_set({{"nginx", "evt.type = open and proc.name = nginx"}});
    const rule::RuleSet other = rule_set({{"bash", "evt.type = open and proc.name = bash"}});
    const Rules rules = compile(set);
    const Rules others = compile(other);
    for (int i = 0; i < 2; ++i) {
        CHECK(matches(rules, world, open_record(world)) == Names{"nginx"});
        CHECK(matches(others, world, open_record(world)).empty());
    }
}

TEST_CASE("every kind of event has its own rules, generic syscalls included") {
    World world;
    const rule::RuleSet set = rule_set({{"all", "proc.name = nginx"}, {"open", "evt.type in (open, openat)"}});
    const Rules rules = compile(set, all_rules);
    CHECK(matches(rules, world, open_record(world)) == Names{"all", "open"});
    CHECK(matches(rules, world, world.record("mkdir", {{"res", 0}, {"path", "/x"}, {"mode", 0}})) == Names{"all"});
}
