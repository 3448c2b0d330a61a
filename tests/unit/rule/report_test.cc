// What people and programs get to see of diagnostics.
#include "tests/unit/rule/loading.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>

#include <unistd.h>

#include "engine/rule/source_text.h"

namespace bewit::rule {

Diagnostic first_of(const std::string& yaml) {
    Loader loader;
    const LoadResult result = loader.add("rules.yaml", yaml);
    REQUIRE(result.errors.size() + result.warnings.size() > 0);
    return result.errors.empty() ? result.warnings[0] : result.errors[0];
}

TEST_CASE("the text of a diagnostic has the place, the code, the message, the way, the line and the remedy") {
    CHECK(to_text(first_of("- macro: open_write\n  condition: a.b = 1\n" +
                           rule_with("r", "evt.type = open and open_wrte"))) ==
          "rules.yaml:5:34: error: LOAD_ERR_VALIDATE: Undefined macro 'open_wrte' used in filter.\n"
          "  in rule 'r' (rules.yaml:3:3)\n"
          "  in rule condition (rules.yaml:5:14)\n"
          "  in condition expression '\"evt.type = open a...\"' (rules.yaml:5:34)\n"
          "    |   condition: evt.type = open and open_wrte\n"
          "    |                                  ^\n"
          "  did you mean `open_write`?");
    CHECK(to_text(first_of("- list: l\n  items: []\n")) ==
          "rules.yaml:1:3: warning: LOAD_UNUSED_LIST: List not referred to by any other rule/macro\n"
          "  in list 'l' (rules.yaml:1:3)\n"
          "    | - list: l\n"
          "    |   ^");
}

TEST_CASE("a diagnostic has a remedy where one is known") {
    const std::string rule = rule_with("My rule", "evt.type = open");
    const std::pair<std::string, const char*> cases[] = {
        {"- macro: m\n  condition: nobody\n", "define the macro, or load the file that does before this one"},
        {"- macro: m\n  condition: n\n- macro: n\n  condition: a.b = 1\n",
         "`n` is defined further down: define it before the macro that uses it"},
        {"- macro: m\n  condition: a.b = 1\n- macro: m\n  condition: m\n", "a macro cannot be part of itself"},
        {rule + "- rule: My rules\n  condition: and x\n  override: {condition: append}\n", "did you mean `My rule`?"},
        {"- list: shells\n  items: []\n- list: shell\n  items: [x]\n  override: {items: append}\n",
         "did you mean `shells`?"},
        {"- macro: m\n  conditon: a.b = 1\n", "did you mean `condition` where it says `conditon`?"},
        {rule + "  prioritty: INFO\n", "did you mean `priority`?"},
        {"- rul: x\n", "did you mean `rule`?"},
        {rule + "- rule: My rule\n  output: x\n  override: {outputs: replace}\n", "did you mean `output`?"},
        {rule + "- rule: My rule\n  output: x\n  override: {output: repalce}\n", "did you mean `replace`?"},
        {"- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: WARNIN\n",
         "did you mean `Warning`?"},
        {"- rule: r\n  desc: d\n  condition: evt.type = open\n  output: o\n  priority: 7\n",
         "it is one of EMERGENCY, ALERT, CRITICAL, ERROR, WARNING, NOTICE, INFORMATIONAL, DEBUG"},
        {rule + "  exceptions: [{name: e, fields: [proc.name], comps: [startwith]}]\n", "did you mean `startswith`?"},
        {rule + "  exceptions: [{name: e, fields: [proc.name], comps: [resembles]}]\n",
         "write an operator of conditions, such as =, in or startswith"},
        {"- macro: m\n  condition: a.b = 1 and not\n",
         "`not` stands alone: write a comparison, a macro, or a group in parentheses behind it"},
        {"- list: l\n  items: [a\n", "close the list with ]"},
        {"- list: l\n  items: {a: b\n", "close the map with }"},
        {"- list: l\n\titems: []\n", "indent with blanks: YAML allows no tabs there"},
        {"- macro: m\n  condition: %x\n", "a value that begins with % must be in quotes, or be written behind `>`"},
        {"- macro: m\n  condition: a: b\n", "a value that holds `: ` must be in quotes, or be written behind `>`"},
    };
    for (const auto& [yaml, remedy] : cases) {
        CAPTURE(yaml);
        CHECK(first_of(yaml).remedy == std::string(remedy));
    }
    CHECK(first_of(rule + "  exceptions: [{name: e, fields: proc.nam}]\n").remedy.find("proc.name") !=
          std::string::npos);
}

TEST_CASE("nearest is what one slip of the pen makes of another, or nothing") {
    CHECK(nearest("open_wirte", {"open_read", "open_write"}) == "open_write");
    CHECK(nearest("spawned_proces", {"spawned_process", "x"}) == "spawned_process");
    CHECK(nearest("spawned_process", {"container", "open_write"}).empty());
    CHECK(nearest("x", {}).empty());
    CHECK(nearest("", {"a"}).empty());
}

TEST_CASE("codes have Falco's spelling, and errors come before warnings") {
    CHECK(code_text(Code::ErrFileRead) == "LOAD_ERR_FILE_READ");
    CHECK(code_text(Code::ErrExtension) == "LOAD_ERR_EXTENSION");
    CHECK(code_text(Code::UnknownSource) == "LOAD_UNKNOWN_SOURCE");
    CHECK(code_text(Code::WarningExtension) == "LOAD_WARNING_EXTENSION");
    CHECK(code_text(Code::UnknownKey) == "LOAD_UNKNOWN_KEY");
    CHECK(code_description(Code::ErrYamlParse) == "YAML parse error");
    CHECK(code_summary(Code::ErrCompileCondition) == "Error compiling condition");
    CHECK(code_summary(Code::NoEvttype) == "Condition has no event-type restriction");
    CHECK(code_description(Code::UnusedList) != code_summary(Code::UnusedList));
    CHECK(is_error(Code::ErrExtension));
    CHECK_FALSE(is_error(Code::UnknownSource));
}

TEST_CASE("nothing from a file can move a terminal's cursor") {
    const Diagnostic diagnostic = first_of(
        "- rule: \"a\\e[2J\\nb\\x7f\"\n  desc: d\n  condition: evt.type = open and nobody\n  output: o\n  priority: "
        "INFO\n");
    const std::string text = to_text(diagnostic);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\x7f') == std::string::npos);
    CHECK(text.find("rule 'a?[2J b?'") != std::string::npos);
    CHECK(diagnostic.context[1].name == "a\x1b[2J\nb\x7f");
    CHECK(marked_line("a\x1b\tb\xff", 3) == "a? b?\n   ^\n");
}

TEST_CASE("a long line is cut to a window around the mark") {
    const std::string line = std::string(500, 'a') + "b" + std::string(500, 'c');
    const std::string marked = marked_line(line, 500);
    CHECK(marked == "..." + std::string(80, 'a') + "b" + std::string(79, 'c') + "...\n" + std::string(83, ' ') + "^\n");
    CHECK(marked_line("abc", 1) == "abc\n ^\n");
    CHECK(marked_line("abc\r", 9) == "abc\n   ^\n");
    CHECK(marked_line("é😀x", 6) == "é😀x\n  ^\n");
    CHECK(marked_line("", 0) == "\n^\n");
}

TEST_CASE("offsets, lines and columns of a text belong together, and what lies outside becomes its nearest place") {
    const SourceText source("f",
                            "\xef\xbb\xbf"
                            "ab\n\ncd");
    CHECK(source.text() == "ab\n\ncd");
    CHECK(source.offset_of(0, 1) == 1);
    CHECK(source.offset_of(2, 1) == 5);
    CHECK(source.offset_of(2, 99) == 6);
    CHECK(source.offset_of(99, 0) == 6);
    CHECK(source.offset_of(-1, -1) == 0);
    CHECK(source.place(0).line == 1);
    CHECK(source.place(3).line == 2);
    CHECK(source.place(3).column == 1);
    CHECK(source.place(5).line == 3);
    CHECK(source.place(5).column == 2);
    CHECK(source.place(99).offset == 6);
    CHECK(source.snippet(5) == "cd\n ^\n");
    CHECK(SourceText("f", "ab\n").snippet(3) == "ab\n  ^\n");
    CHECK(SourceText("f", "").snippet(0).empty());
}

class TemporaryFile {
public:
    explicit TemporaryFile(const std::string& text) {
        const int file = mkstemp(path_.data());
        REQUIRE(file >= 0);
        REQUIRE(write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
        close(file);
    }
    ~TemporaryFile() { std::remove(path_.c_str()); }
    const std::string& path() const { return path_; }

private:
    std::string path_ = "/tmp/bewit-rule-test-XXXXXX";
};

TEST_CASE("a file is read by its path, or its error told") {
    const TemporaryFile file(rule_with("r", "evt.type = open"));
    Loader loader;
    const LoadResult result = loader.add_file(file.path());
    CHECK(result.ok);
    CHECK(result.name == file.path());
    CHECK(loader.rules().rules.size() == 1);

    const LoadResult missing = loader.add_file("/nonexistent/rules.yaml");
    CHECK_FALSE(missing.ok);
    REQUIRE(missing.errors.size() == 1);
    CHECK(missing.errors[0].code == Code::ErrFileRead);
    CHECK(missing.errors[0].message == "/nonexistent/rules.yaml: No such file or directory");
    CHECK(to_text(missing.errors[0]).starts_with("/nonexistent/rules.yaml: error: LOAD_ERR_FILE_READ: "));

    const LoadResult directory = loader.add_file("/tmp");
    CHECK_FALSE(directory.ok);
    CHECK(directory.errors[0].message == "/tmp: Is a directory");
    const LoadResult endless = loader.add_file("/dev/zero");
    CHECK_FALSE(endless.ok);
    CHECK(endless.errors[0].message == "The file is larger than 16 MiB");
}

}  // namespace bewit::rule
