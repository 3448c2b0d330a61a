// Exceptions: their shape, what they become, and how they are changed.
#include "tests/unit/rule/loading.h"

namespace bewit::rule {

// Six lines; what follows stands from line 7 on.
std::string rule_with_exceptions(const std::string& exceptions) {
    return rule_with("r", "evt.type = open") + "  exceptions:\n" + exceptions;
}

std::string expanded(const std::string& exceptions) {
    Loader loader;
    load(loader, {"- list: names\n  items: [n1, n2]\n" + rule_with_exceptions(exceptions)});
    return rule_named(loader, "r").resolved_text;
}

TEST_CASE("exceptions become part of the condition") {
    struct {
        const char* truth;
        const char* exceptions;
        const char* text;
    } const cases[] = {
        {"without values there is nothing to except", "    - {name: e, fields: proc.name}\n", "(evt.type = open)"},
        {"empty values are none", "    - {name: e, fields: proc.name, values: []}\n", "(evt.type = open)"},
        {"one field is compared with `in`", "    - {name: e, fields: proc.name, values: [a, b]}\n",
         "(evt.type = open) and not (proc.name in (a, b))"},
        {"or with what it says", "    - {name: e, fields: fd.name, comps: pmatch, values: [/a]}\n",
         "(evt.type = open) and not (fd.name pmatch (/a))"},
        {"operators with a modifier are for one field too",
         "    - {name: e, fields: fd.name, comps: ' startswith oneof ', values: [/a, /b]}\n",
         "(evt.type = open) and not (fd.name startswith oneof (/a, /b))"},
        {"values with blanks are quoted", "    - {name: e, fields: proc.name, values: [a b, '\"c d\"', \"'e f'\"]}\n",
         "(evt.type = open) and not (proc.name in (\"a b\", \"c d\", 'e f'))"},
        {"several fields are compared with `=`",
         "    - {name: e, fields: [proc.name, fd.name], values: [[a, /b], [c d, /e]]}\n",
         "(evt.type = open) and not (( proc.name = a and  fd.name = /b) or ( proc.name = \"c d\" and  fd.name = /e))"},
        {"or each with its own operator",
         "    - {name: e, fields: [proc.name, fd.name], comps: [in, startswith], values: [[[a, b], /c]]}\n",
         "(evt.type = open) and not (( proc.name in (a, b) and  fd.name startswith /c))"},
        {"a scalar behind a list operator gets parentheses",
         "    - {name: e, fields: [proc.name], comps: [in], values: [[a], [(b)]]}\n",
         "(evt.type = open) and not (( proc.name in (a)) or ( proc.name in (b)))"},
        {"so a list's name may stand there", "    - {name: e, fields: [proc.name], comps: [in], values: [[names]]}\n",
         "(evt.type = open) and not (( proc.name in ( n1, n2 )))"},
        {"and among the values of one field", "    - {name: e, fields: proc.name, values: [a, names]}\n",
         "(evt.type = open) and not (proc.name in (a, n1, n2 ))"},
        {"every exception is a term of its own",
         "    - {name: e, fields: proc.name, values: [a]}\n    - {name: f, fields: proc.pname}\n    - {name: g, "
         "fields: proc.exe, values: [b]}\n",
         "(evt.type = open) and not (proc.name in (a)) and not (proc.exe in (b))"},
        {"fields may have arguments", "    - {name: e, fields: 'proc.aname[2]', values: [a]}\n",
         "(evt.type = open) and not (proc.aname[2] in (a))"},
        {"and transformers",
         "    - {name: e, fields: ['toupper(proc.name)', basename(proc.exepath)], values: [[A, b]]}\n",
         "(evt.type = open) and not (( toupper(proc.name) = A and  basename(proc.exepath) = b))"},
    };
    for (const auto& c : cases) {
        CAPTURE(std::string(c.truth));
        CHECK(expanded(c.exceptions) == std::string(c.text));
    }
}

TEST_CASE("what is neither scalar nor sequence is an empty value, which does not parse") {
    const std::string yaml = rule_with_exceptions("    - {name: e, fields: proc.name, values: [a, {b: c}]}\n");
    check_error({"it is told at the value", yaml.c_str(), Code::ErrCompileCondition, "expected a string value", 7, 48});
}

TEST_CASE("a rule without exceptions keeps its condition as it is") {
    Loader loader;
    load(loader, {rule_with("r", "evt.type = open") + "  exceptions:\n"});
    CHECK(rule_named(loader, "r").resolved_text == "evt.type = open");
}

TEST_CASE("an exception that makes no sense is refused with Falco's sentence and the place") {
    const char* single =
        "When fields is a single value, comps must be one of (in, pmatch, intersects) or a modifier operator (e.g. "
        "startswith oneof)";
    struct {
        const char* truth;
        const char* exceptions;
        Code code;
        const char* message;
        uint32_t line, column;
    } const cases[] = {
        {"exceptions are a sequence", "    name: e\n", Code::ErrYamlValidate, "Rule exceptions must be a sequence", 7,
         5},
        {"an exception is a map", "    - e\n", Code::ErrYamlValidate, "Rule exception must be a mapping", 7, 7},
        {"an exception has a name", "    - fields: proc.name\n", Code::ErrYamlValidate,
         "Item has no mapping for key 'name'", 7, 7},
        {"an exception has fields", "    - name: e\n", Code::ErrYamlValidate, "Item has no mapping for key 'fields'", 7,
         7},
        {"null fields are none", "    - name: e\n      fields:\n", Code::ErrValidate,
         "Rule exception item must have fields property with a list of fields", 7, 7},
        {"an empty list of fields is none", "    - name: e\n      fields: []\n", Code::ErrValidate,
         "Rule exception item must have fields property with a list of fields", 7, 7},
        {"a field may not be empty", "    - name: e\n      fields: ''\n", Code::ErrYamlValidate,
         "Value must be non-empty", 8, 15},
        {"values are a sequence", "    - name: e\n      fields: proc.name\n      values: a\n", Code::ErrYamlValidate,
         "Rule exception values must be a sequence", 9, 15},
        {"values may not be null", "    - name: e\n      fields: proc.name\n      values:\n", Code::ErrYamlValidate,
         "Rule exception values must be a sequence", 9, 7},
        {"a value may not be empty", "    - name: e\n      fields: proc.name\n      values: [a, '']\n",
         Code::ErrYamlValidate, "Value must be non-empty", 9, 19},
        {"nor may one in a tuple", "    - name: e\n      fields: [proc.name]\n      values: [[[a, '']]]\n",
         Code::ErrYamlValidate, "Value must be non-empty", 9, 21},
        {"one field takes no comparison of one value",
         "    - name: e\n      fields: proc.name\n      comps: startswith\n", Code::ErrValidate, single, 7, 7},
        {"one field takes no list of operators", "    - name: e\n      fields: proc.name\n      comps: [in]\n",
         Code::ErrValidate, "Fields and comps must both be strings", 7, 7},
        {"a modifier needs an operator on strings", "    - name: e\n      fields: proc.name\n      comps: in oneof\n",
         Code::ErrValidate, single, 7, 7},
        {"lists have equal length", "    - name: e\n      fields: [proc.name, fd.name]\n      comps: [in]\n",
         Code::ErrValidate, "Fields and comps lists must have equal length", 7, 7},
        {"several fields take no single operator", "    - name: e\n      fields: [proc.name]\n      comps: in\n",
         Code::ErrValidate, "Fields and comps lists must have equal length", 7, 7},
        {"operators are known", "    - name: e\n      fields: [proc.name]\n      comps: [startwith]\n",
         Code::ErrValidate, "'startwith' is not a supported comparison operator", 7, 7},
        {"fields are known", "    - name: e\n      fields: proc.nam\n", Code::ErrValidate,
         "'proc.nam' is not a supported filter field", 7, 7},
        {"each of several fields is known", "    - name: e\n      fields: [proc.name, no.such]\n", Code::ErrValidate,
         "'no.such' is not a supported filter field", 7, 7},
        {"fields in transformers are known", "    - name: e\n      fields: [toupper(no.such)]\n", Code::ErrValidate,
         "'toupper(no.such)' is not a supported filter field", 7, 7},
        {"transformers are known", "    - name: e\n      fields: [louder(proc.name)]\n", Code::ErrValidate,
         "'louder(proc.name)' is not a supported filter field", 7, 7},
        {"a field is one field", "    - name: e\n      fields: ['proc.name exists or (fd.name']\n", Code::ErrValidate,
         "'proc.name exists or (fd.name' is not a supported filter field", 7, 7},
        {"values of one field are no tuples",
         "    - name: e\n      fields: proc.name\n      values:\n        - a\n        - [b]\n", Code::ErrValidate,
         "Expected values array to contain a list of strings", 11, 11},
        {"tuples are as long as the fields",
         "    - name: e\n      fields: [proc.name, fd.name]\n      values:\n        - [a, b]\n        - [c]\n",
         Code::ErrValidate, "Fields and values lists must have equal length", 11, 11},
        {"a scalar is no tuple", "    - name: e\n      fields: [proc.name]\n      values:\n        - a\n",
         Code::ErrValidate, "Fields and values lists must have equal length", 10, 11},
    };
    for (const auto& c : cases) {
        const std::string yaml = rule_with_exceptions(c.exceptions);
        check_error({c.truth, yaml.c_str(), c.code, c.message, c.line, c.column});
    }
}

TEST_CASE("two exceptions of one name in one item are told, and both count") {
    const std::string yaml = rule_with_exceptions(
        "    - {name: e, fields: proc.name, values: [a]}\n    - {name: e, fields: proc.pname, values: [b]}\n");
    check_warnings({"the second is told",
                    yaml.c_str(),
                    {Code::ExceptionNameNotUnique},
                    "Multiple definitions of exception 'e' in the same rule"});
    Loader loader;
    load(loader, {yaml});
    CHECK(rule_named(loader, "r").resolved_text ==
          "(evt.type = open) and not (proc.name in (a)) and not (proc.pname in (b))");
}

TEST_CASE("appending gives an exception more values, or a rule another exception") {
    const std::string base = rule_with_exceptions("    - {name: e, fields: proc.name, values: [a]}\n");
    const std::string append = "- rule: r\n  override: {exceptions: append}\n  exceptions:\n";
    Loader loader;
    load(loader,
         {base, append + "    - {name: e, values: [b]}\n    - {name: f, fields: [proc.pname], values: [[c]]}\n"});
    CHECK(rule_named(loader, "r").resolved_text ==
          "(evt.type = open) and not (proc.name in (a, b)) and not (( proc.pname = c))");
    check_warnings({"an append without values is told",
                    (base + append + "    - {name: e}\n").c_str(),
                    {Code::AppendNoValues},
                    "Overriding/appending exception with no values"});
    struct {
        const char* truth;
        const char* exceptions;
        const char* message;
    } const cases[] = {
        {"an existing exception keeps its fields", "    - {name: e, fields: proc.name, values: [b]}\n",
         "Can not append exception fields to existing exception, only values"},
        {"an existing exception keeps its operators", "    - {name: e, comps: in, values: [b]}\n",
         "Can not append exception comps to existing exception, only values"},
        {"a new exception needs fields", "    - {name: f, values: [b]}\n",
         "Rule exception must have fields property with a list of fields"},
        {"a new exception needs values", "    - {name: f, fields: proc.name, values: []}\n",
         "Rule exception must have values property with a list of values"},
        {"a new exception is checked", "    - {name: f, fields: no.such, values: [a]}\n",
         "'no.such' is not a supported filter field"},
    };
    for (const auto& c : cases) {
        const std::string yaml = base + append + c.exceptions;
        check_error({c.truth, yaml.c_str(), Code::ErrValidate, c.message, 11, 7});
    }
}

TEST_CASE("replaced exceptions are not checked: one without operator fails when it is parsed") {
    const std::string base = rule_with_exceptions("    - {name: e, fields: proc.name, values: [a]}\n");
    const std::string replace = "- rule: r\n  override: {exceptions: replace}\n  exceptions:\n";
    Loader loader;
    load(loader, {base, replace + "    - {name: f, fields: no.such, comps: in, values: [b]}\n"});
    CHECK(rule_named(loader, "r").resolved_text == "(evt.type = open) and not (no.such in (b))");
    Loader other;
    const LoadResult result =
        other.add("rules.yaml", base + replace + "    - {name: f, fields: proc.name, values: [b]}\n");
    REQUIRE(result.errors.size() == 1);
    CHECK(result.errors[0].code == Code::ErrCompileCondition);
}

TEST_CASE("fields of other sources are not looked up") {
    Loader loader;
    load(loader, {rule_with("k", "ka.verb = get") +
                  "  source: k8s_audit\n  exceptions: [{name: e, fields: ka.user.name, values: [a]}]\n"});
    CHECK(rule_named(loader, "k").exceptions[0].comps == std::vector<std::string>{"in"});
}

}  // namespace bewit::rule
