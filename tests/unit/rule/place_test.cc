// Where things are wrong: in folded conditions, appended texts, lists, exceptions, macros and outputs.
#include "engine/rule/diagnostic_place.h"
#include "tests/unit/rule/loading.h"

namespace bewit::rule {

// `types` and `names` of the steps, and the last place.
std::string way(const Diagnostic& diagnostic) {
    std::string text;
    for (const ContextItem& item : diagnostic.context) {
        text += item.type + (item.name.empty() ? "" : " '" + item.name + "'") + " / ";
    }
    const Place& place = diagnostic.context.back().place;
    return text + place.file + ":" + std::to_string(place.line) + ":" + std::to_string(place.column);
}

Diagnostic error_of(const std::string& yaml) {
    Loader loader;
    const LoadResult result = loader.add("f", yaml);
    REQUIRE(result.errors.size() == 1);
    return result.errors[0];
}

// The offset of a check's field in a tree: of the first one that has this name.
const filter::Operand* find_field(const filter::Expression& expression, std::string_view name) {
    const auto search = [name](const auto& children) -> const filter::Operand* {
        for (const auto& child : children) {
            if (const filter::Operand* found = find_field(*child, name)) return found;
        }
        return nullptr;
    };
    if (const auto* all = std::get_if<filter::And>(&expression.value)) return search(all->children);
    if (const auto* any = std::get_if<filter::Or>(&expression.value)) return search(any->children);
    if (const auto* negation = std::get_if<filter::Not>(&expression.value)) return find_field(*negation->child, name);
    if (const auto* check = std::get_if<filter::Check>(&expression.value)) {
        const auto* field = std::get_if<filter::FieldName>(&check->left->value);
        if (field != nullptr && field->name == name) return check->left.get();
    }
    return nullptr;
}

Diagnostic at_field(const Loader& loader, std::string_view rule_name, std::string_view field) {
    const Rule& rule = rule_named(loader, rule_name);
    REQUIRE(rule.resolved != nullptr);
    const filter::Operand* operand = find_field(*rule.resolved, field);
    REQUIRE(operand != nullptr);
    return condition_diagnostic(rule, Code::ErrCompileCondition, operand->location, "m");
}

TEST_CASE("an error in a condition is told with its line and column, however YAML writes the condition") {
    struct {
        const char* truth;
        const char* yaml;
        uint32_t line, column;
        const char* snippet;
    } const cases[] = {
        {"on one line", "- macro: m\n  condition: a.b = 1 and c.d\n", 2, 29,
         "  condition: a.b = 1 and c.d\n                            ^\n"},
        {"over several lines", "- macro: m\n  condition: a.b = 1\n    and c.d ! 2\n", 3, 13,
         "    and c.d ! 2\n            ^\n"},
        {"folded", "- macro: m\n  condition: >\n    a.b = 1\n    and (c.d ! 2\n    or e.f = 3)\n", 4, 14,
         "    and (c.d ! 2\n             ^\n"},
        {"literal", "- macro: m\n  condition: |\n    a.b = 1\n    and c.d ! 2\n", 4, 13,
         "    and c.d ! 2\n            ^\n"},
        {"with an indented line in the fold", "- macro: m\n  condition: >-\n    a.b = 1\n      and c.d ! 2\n", 4, 15,
         "      and c.d ! 2\n              ^\n"},
        {"in double quotes", "- macro: m\n  condition: \"a.b = \\\"x\\\" and c.d ! 2\"\n", 2, 35,
         "  condition: \"a.b = \\\"x\\\" and c.d ! 2\"\n                                  ^\n"},
        {"in single quotes", "- macro: m\n  condition: 'a.b = ''x'' and c.d ! 2'\n", 2, 35,
         "  condition: 'a.b = ''x'' and c.d ! 2'\n                                  ^\n"},
        {"behind an anchor", "- macro: m\n  condition: &c a.b = 1 and c.d ! 2\n", 2, 33,
         "  condition: &c a.b = 1 and c.d ! 2\n                                ^\n"},
        {"where an alias points", "- list: l\n  items: [&c a.b !]\n- macro: m\n  condition: *c\n", 2, 18,
         "  items: [&c a.b !]\n                 ^\n"},
        {"at the end of a fold", "- macro: m\n  condition: >\n    a.b = 1 and\n\n- list: l\n  items: []\n", 3, 16,
         "    a.b = 1 and\n               ^\n"},
        {"behind characters of several bytes", "- macro: m\n  condition: a.b = é and c.d ! 2\n", 2, 31,
         "  condition: a.b = é and c.d ! 2\n                             ^\n"},
    };
    for (const auto& c : cases) {
        CAPTURE(std::string(c.truth));
        const Diagnostic error = error_of(c.yaml);
        CAPTURE(to_text(error));
        CHECK(error.code == Code::ErrCompileCondition);
        CHECK(place_of(error).line == c.line);
        CHECK(place_of(error).column == c.column);
        CHECK(error.snippet == std::string(c.snippet));
    }
}

TEST_CASE("the way to an error in a condition names the item") {
    CHECK(way(error_of("- macro: m\n  condition: a.b !\n")) ==
          "rules content / macro 'm' / macro condition / condition expression '\"a.b !\"' / f:2:18");
    CHECK(way(error_of(rule_with("r", "evt.type = open and a.b !"))) ==
          "rules content / rule 'r' / rule condition / condition expression '\"evt.type = open a...\"' / f:3:38");
}

TEST_CASE("what was appended is told where it was appended from") {
    Loader loader;
    load(loader, {rule_with("r", "evt.type = open")});
    const LoadResult result = loader.add("two", "- rule: r\n  condition: and a.b !\n  override: {condition: append}\n");
    REQUIRE(result.errors.size() == 1);
    CHECK(way(result.errors[0]) ==
          "rules content / rule 'r' / rule condition / condition expression '\"evt.type = open a...\"' / two:2:22");
}

TEST_CASE("behind a list in the same condition, places are those of the file") {
    CHECK(way(error_of("- list: l\n  items: [x, y, z]\n" + rule_with("r", "a.b in (l) and c.d !"))) ==
          "rules content / rule 'r' / rule condition / condition expression '\"a.b in (l) and c.d !\"' / f:5:33");
}

TEST_CASE("what a list brought is told at the list's name, with the list on the way") {
    CHECK(way(error_of("- list: l\n  items: [x, \"'y\"]\n" + rule_with("r", "a.b in (l)"))) ==
          "rules content / rule 'r' / rule condition / list 'l' / condition expression '\"a.b in (l)\"' / f:5:22");
}

TEST_CASE("what an exception brought is told at its value") {
    const std::string yaml =
        rule_with("r", "evt.type = open") +
        "  exceptions:\n    - name: e\n      fields: [proc.name]\n      values:\n        - [a]\n        - [b(]\n";
    CHECK(way(error_of(yaml)) == "rules content / rule 'r' / rule condition / exception 'e' / f:11:11");
}

TEST_CASE("nodes of a rule's tree know where they stood: in the rule, a macro, an exception") {
    Loader loader;
    load(loader,
         {"- macro: inner\n  condition: fd.name = x\n- macro: outer\n  condition: >\n    proc.name = y\n    or inner\n",
          rule_with("r", "evt.type = open and outer and user.name = root") +
              "  exceptions:\n    - {name: e, fields: [proc.pname], values: [[z]]}\n" + rule_with("s", "not outer")});
    CHECK(way(at_field(loader, "r", "user.name")) ==
          "rules content / rule 'r' / rule condition / condition expression '\"evt.type = open a...\"' / "
          "file2.yaml:3:44");
    CHECK(way(at_field(loader, "r", "proc.name")) ==
          "rules content / rule 'r' / rule condition / macro 'outer' / macro condition / condition expression "
          "'\"proc.name = y or ...\"' / "
          "file1.yaml:5:5");
    CHECK(way(at_field(loader, "r", "fd.name")) ==
          "rules content / rule 'r' / rule condition / macro 'inner' / macro condition / condition expression "
          "'\"fd.name = x\"' / "
          "file1.yaml:2:14");
    CHECK(way(at_field(loader, "s", "fd.name")).ends_with("file1.yaml:2:14"));
    CHECK(way(at_field(loader, "r", "proc.pname")) ==
          "rules content / rule 'r' / rule condition / exception 'e' / file2.yaml:7:48");
    CHECK(at_field(loader, "r", "proc.name").snippet == "    proc.name = y\n    ^\n");
}

TEST_CASE("places stay right when the macro is changed later") {
    Loader loader;
    load(loader,
         {"- macro: m\n  condition: a.b = 1\n" + rule_with("r", "m"), "# moved\n- macro: m\n  condition:   c.d = 1\n"});
    CHECK(way(at_field(loader, "r", "c.d")).ends_with("file2.yaml:3:16"));
    load(loader, {"- macro: m\n  condition: or e.f = 1\n  override: {condition: append}\n"});
    CHECK(way(at_field(loader, "r", "c.d")).ends_with("file2.yaml:3:16"));
    CHECK(way(at_field(loader, "r", "e.f")).ends_with("file1.yaml:2:17"));
}

TEST_CASE("nodes of a macro's own tree know where they stood too") {
    Loader loader;
    load(loader, {"- macro: m\n  condition: a.b = 1\n- macro: n\n  condition: c.d = 1 or m\n"});
    const Macro& macro = macro_named(loader, "n");
    const auto at = [&macro](std::string_view field) {
        return way(
            condition_diagnostic(macro, Code::CompileCondition, find_field(*macro.compiled, field)->location, "m"));
    };
    CHECK(at("c.d") ==
          "rules content / macro 'n' / macro condition / condition expression '\"c.d = 1 or m\"' / file1.yaml:4:14");
    CHECK(at("a.b").ends_with("file1.yaml:2:14"));
}

TEST_CASE("a place in an output is that of the file") {
    Loader loader;
    load(loader, {"- rule: r\n  desc: d\n  condition: evt.type = open\n  priority: INFO\n  output: >\n      file "
                  "%fd.nam\n      %container.info more %proc.nam\n",
                  "- rule: r\n  output: and %user.nam\n  override: {output: append}\n"});
    const Rule& rule = rule_named(loader, "r");
    const std::string format = output_format(rule);
    const auto at = [&](std::string_view field) {
        return way(output_diagnostic(rule, Code::ErrCompileOutput, format.find(field), "m"));
    };
    CHECK(at("%fd.nam") == "rules content / rule 'r' / rule output / rule output expression / file1.yaml:6:12");
    CHECK(at("%proc.nam") == "rules content / rule 'r' / rule output / rule output expression / file1.yaml:7:28");
    CHECK(at("%user.nam") == "rules content / rule 'r' / rule output / rule output expression / file2.yaml:2:15");
    // What a configuration appended has no place in the file.
    CHECK(way(output_diagnostic(rule, Code::ErrCompileOutput, format.size() + 9, "m")) ==
          "rules content / rule 'r' / rule output / file1.yaml:5:11");
}

TEST_CASE("a rule that no loader made has what is known of it") {
    Rule rule;
    rule.name = "r";
    rule.resolved_text = "evt.type = open and a.b = 1";
    const Diagnostic diagnostic = condition_diagnostic(rule, Code::ErrCompileCondition, {20, 1, 21}, "m", "remedy");
    CHECK(diagnostic.context.front().name == "r");
    CHECK(diagnostic.snippet == "evt.type = open and a.b = 1\n                    ^\n");
    CHECK(diagnostic.remedy == "remedy");
    rule.output = "x %a.b";
    CHECK(output_diagnostic(rule, Code::ErrCompileOutput, 2, "m").snippet == "x %a.b\n  ^\n");
    CHECK(rule_diagnostic(rule, Code::NoEvttype, "m").context.back().type == "rule");
    Macro macro;
    macro.condition = "a.b = 1";
    CHECK(condition_diagnostic(macro, Code::ErrCompileCondition, {}, "m").snippet == "a.b = 1\n^\n");
}

TEST_CASE("a rule as a whole is told at its item") {
    Loader loader;
    load(loader, {"# one\n" + rule_with("r", "evt.type = open")});
    const Diagnostic diagnostic = rule_diagnostic(rule_named(loader, "r"), Code::NoEvttype, "m");
    CHECK(way(diagnostic) == "rules content / rule 'r' / file1.yaml:2:3");
    CHECK(diagnostic.snippet == "- rule: r\n  ^\n");
}

}  // namespace bewit::rule
