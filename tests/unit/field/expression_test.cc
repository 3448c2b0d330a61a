#include <doctest/doctest.h>

#include "engine/field/expression.h"
#include "engine/field/transform.h"
#include "engine/filter/parser.h"
#include "tests/unit/field/machine.h"

namespace bewit::field::test {
namespace {

Expression compiled(std::string_view text) {
    const auto prefix = filter::parse_operand_prefix(text);
    REQUIRE_MESSAGE(prefix.has_value(), prefix.error().message);
    auto expression = Expression::compile(*prefix->operand);
    REQUIRE_MESSAGE(expression.has_value(), expression.error().message);
    return *expression;
}

TEST_CASE("a field alone is itself") {
    const Expression name = compiled("proc.name");
    REQUIRE(name.plain_field() != nullptr);
    CHECK(name.plain_field()->text == "proc.name");
    CHECK(name.type() == ParamType::CharBuf);
    CHECK(name.text() == "proc.name");
    CHECK_FALSE(name.is_list());
    CHECK(compiled("fd.types").is_list());
    CHECK(compiled("evt.rawtime.ns").format() == PrintFormat::TenPad);
}

TEST_CASE("transformers have types") {
    CHECK(compiled("tolower(proc.name)").type() == ParamType::CharBuf);
    CHECK(compiled("tolower(proc.name)").plain_field() == nullptr);
    CHECK(compiled("len(proc.name)").type() == ParamType::Uint64);
    CHECK(compiled("b64(evt.buffer)").type() == ParamType::ByteBuf);
    CHECK(compiled("toupper(fd.types)").is_list());
    CHECK_FALSE(compiled("len(fd.types)").is_list());
    CHECK(compiled("getopt((proc.name), \"a\")").is_list());
    CHECK_FALSE(compiled("getopt((proc.name), \"a\")[a]").is_list());
}

TEST_CASE("every field inside is collected") {
    std::vector<const Field*> fields;
    const Expression expression = compiled("concat(tolower(proc.name), \"-\", fd.name)");
    expression.collect(fields);
    REQUIRE(fields.size() == 2);
    CHECK(fields[0]->text == "proc.name");
    CHECK(fields[1]->text == "fd.name");
}

TEST_CASE("copies of an expression are equal, and outlive what they were copied from") {
    Expression copy;
    Machine machine;
    machine.after("close");
    {
        const Expression original = compiled("toupper(proc.name)");
        copy = original;
    }
    CHECK(copy.text() == "toupper(proc.name)");
    CHECK(copy.type() == ParamType::CharBuf);
    CHECK(machine.expression(copy.text()) == "CAT");
    CHECK(Expression().type() == ParamType::None);
}

TEST_CASE("texts are changed letter by letter") {
    Machine machine;
    machine.process(40).comm = "Grüße_Az09";
    machine.after("openat", {{"fd", 3}, {"dirfd", -100}, {"name", "/a/Bc"}, {"flags", 1}});
    CHECK(machine.expression("toupper(proc.name)") == "GRüßE_AZ09");
    CHECK(machine.expression("tolower(fd.name)") == "/a/bc");
    CHECK(machine.expression("basename(fd.name)") == "Bc");
    CHECK(machine.expression("basename(proc.cwd)") == "");
    CHECK(machine.expression("basename(proc.name)") == "Grüße_Az09");
    CHECK(machine.expression("len(fd.name)") == "5");
    CHECK(machine.expression("toupper(basename(fd.name))") == "BC");
    CHECK(machine.expression("len(tolower(basename(fd.name)))") == "2");
}

TEST_CASE("base64 is decoded, with padding or without") {
    Machine machine;
    const auto decoded = [&](std::string_view text) {
        machine.after("write", {{"res", 1}, {"data", bytes_of(text)}});
        return machine.expression("b64(evt.buffer)");
    };
    CHECK(decoded("aGVsbG8=") == "hello");
    CHECK(decoded("aGVsbG8") == "hello");
    CHECK(decoded("aGk=") == "hi");
    CHECK(decoded("/+8=") == "..");
    CHECK(decoded(std::string_view("aGk=\0\0", 6)) == "hi");
    CHECK(decoded("aGVsb G8=") == absent);
    CHECK(decoded("a") == absent);
    CHECK(decoded("aG=k") == absent);
    CHECK(decoded("a-_b") == absent);
}

TEST_CASE("lists are counted and changed item by item") {
    Machine machine;
    machine.open(0, file("/x"));
    event::Descriptor pipe;
    pipe.type = event::DescriptorType::Fifo;
    machine.open(1, pipe);
    machine.process(40).fd_count = 2;
    machine.after("fstat", {{"res", 0}, {"fd", 0}});
    CHECK(machine.expression("len(fd.types)") == "2");
    CHECK(machine.expression("toupper(fd.types)") == "(FILE,PIPE)");
    CHECK(machine.expression("join(\"+\", fd.types)") == "file+pipe");
    CHECK(machine.expression("len((proc.name, proc.exe, \"x\"))") == "3");
}

TEST_CASE("join and concat put texts together") {
    Machine machine;
    machine.after("openat", {{"fd", 3}, {"dirfd", -100}, {"name", "/etc/x"}, {"flags", 1}});
    CHECK(machine.expression("join(\", \", (proc.name, fd.name, \"end\", 7))") == "cat, /etc/x, end, 7");
    CHECK(machine.expression("concat(proc.name, \":\", fd.name)") == "cat:/etc/x");
    CHECK(machine.expression("concat(proc.name, 5)") == "cat5");
    CHECK(machine.expression("toupper(concat(proc.name, \"x\"))") == "CATX");
    CHECK(machine.expression("join(proc.pname, (proc.name, proc.name))") == "catshcat");
    CHECK(machine.expression("concat(proc.name, proc.aname)") == "catsh nginx init");
}

TEST_CASE("a missing part makes the whole missing") {
    Machine machine;
    machine.after("mkdir", {{"res", 0}});
    CHECK(machine.expression("tolower(fd.name)") == absent);
    CHECK(machine.expression("len(fd.name)") == absent);
    CHECK(machine.expression("concat(proc.name, fd.name)") == absent);
    CHECK(machine.expression("join(\"-\", (proc.name, fd.name))") == absent);
    CHECK(machine.expression("getopt((proc.name, fd.name), \"a\")") == absent);
}

TEST_CASE("options are found as getopt finds them") {
    Machine machine;
    const auto options = [&](std::vector<std::string> argv, std::string_view expression) {
        argv.insert(argv.begin(), "prog");
        Machine fresh;
        fresh.process(40).argv = std::move(argv);
        fresh.after("close");
        return fresh.expression(expression);
    };
    const std::string_view all = "getopt((proc.args[0], proc.args[1], proc.args[2], proc.args[3]), \"ab:c\")";
    CHECK(options({"-a", "-b", "value", "-c"}, all) == "(a,b,value,c)");
    CHECK(options({"-ac", "-bvalue", "rest", "-c"}, all) == "(a,c,b,value)");
    CHECK(options({"-x", "--long", "-a", "--"}, all) == "(?,a)");
    CHECK(options({"--", "-a", "-c", "-c"}, all) == "()");
    CHECK(options({"-a", "-", "-c", "-c"}, all) == "(a)");
    CHECK(options({"-a", "-a", "-a", "-b"}, all) == "(a,a,a,)");
    const std::string_view value = "getopt((proc.args[0], proc.args[1], proc.args[2], proc.args[3]), \"ab:c\")[b]";
    CHECK(options({"-b", "1", "-b", "2"}, value) == "2");
    CHECK(options({"-a", "-c", "x", "-b"}, value) == absent);
    CHECK(options({"-a", "-a", "-a", "-b"}, value) == "");
    CHECK(options({"-a", "-c", "-ac", "-b3"}, "getopt((proc.args[0], proc.args[1]), \"ab:c\")[c]") == "c");
    CHECK(options({"-q", "5", "", ""}, "getopt((proc.args[0], proc.args[1]), proc.args[0])") == "(q)");
}

TEST_CASE("before the call, what is not known makes the whole unknown") {
    Machine machine;
    machine.before("openat", {{"dirfd", -100}, {"name", "/etc/X"}, {"flags", 1}});
    CHECK(machine.expression("tolower(fd.name)") == "/etc/x");
    CHECK(machine.expression("tolower(evt.res)") == unknown);
    CHECK(machine.expression("concat(proc.name, evt.res)") == unknown);
    CHECK(machine.expression("tolower(fd.filename)") == std::string(unknown) + "=x");
    CHECK(machine.expression("len(fd.filename)") == std::string(unknown) + "=1");
    CHECK(machine.expression("concat(fd.filename, \"!\")") == std::string(unknown) + "=X!");
    CHECK(machine.expression("concat(fd.sip, evt.res)").starts_with("error: "));
}

TEST_CASE("wrong types are refused in Falco's words") {
    Machine machine;
    machine.after("close");
    const auto error = [&](std::string_view text) { return machine.expression(text); };
    CHECK(error("tolower(fd.num)") ==
          "error: can't add field transformer: type 'INT64' is not supported by 'tolower' transformer applied on field "
          "'fd.num'");
    CHECK(error("len(proc.pid)") ==
          "error: can't add field transformer: type 'INT64' is not supported by 'len' transformer applied on field "
          "'proc.pid'");
    CHECK(error("toupper(evt.buffer)") ==
          "error: can't add field transformer: type 'BYTEBUF' is not supported by 'toupper' transformer applied on "
          "field 'evt.buffer'");
    CHECK(error("toupper(len(proc.name))") ==
          "error: can't add field transformer: type 'UINT64' is not supported by 'toupper' transformer applied on "
          "field 'proc.name'");
    CHECK(error("tolower(proc.aname[2])") == "error: field 'proc.aname' does not support transformers");
    CHECK(error("len(fd.ip)") == "error: field 'fd.ip' does not support transformers");
    CHECK(error("join(\"-\")") == "error: join() requires exactly 2 arguments: separator and list");
    CHECK(error("join((proc.name), (proc.name))") ==
          "error: join() first argument (separator) must be a single value, not a list");
    CHECK(error("join(\"-\", proc.name)") == "error: join() second argument must be a list");
    CHECK(error("concat(proc.name)") == "error: concat() requires at least 2 arguments");
    CHECK(error("concat(proc.name, fd.num)") == "error: concat() arguments must be strings");
    CHECK(error("concat(proc.name, fd.types)") == "error: concat() arguments must be strings");
    CHECK(error("getopt(proc.args)") == "error: getopt() requires exactly 2 arguments: args list and optstring");
    CHECK(error("getopt(proc.args, \"a\")") == "error: getopt() first argument must be a list");
    CHECK(error("getopt((proc.name), fd.types)") ==
          "error: getopt() second argument (optstring) must be a single value");
    CHECK(error("getopt((proc.name), fd.num)") == "error: getopt() arguments must be strings");
    CHECK(error("getopt((fd.num), \"a\")") == "error: getopt() arguments must be strings");
    CHECK(error("getopt((proc.name), \"a\")[ab]") ==
          "error: getopt() field argument must be a single option character");
    CHECK(error("tolower(proc.name)[x]") == "error: transformer 'tolower' does not support field arguments");
    CHECK(error("tolower(proc.nam)").starts_with("error: filter_check called with nonexistent field proc.nam; "));
}

TEST_CASE("val is its field") {
    filter::Operand operand;
    filter::TransformerCall call;
    call.transformer = filter::Transformer::Val;
    auto inner = std::make_unique<filter::Operand>();
    inner->value = filter::FieldName{"proc.pname", "", false};
    call.arguments.push_back(std::move(inner));
    operand.value = std::move(call);
    const auto expression = Expression::compile(operand);
    REQUIRE(expression.has_value());
    REQUIRE(expression->plain_field() != nullptr);
    CHECK(expression->plain_field()->text == "proc.pname");
}

TEST_CASE("a literal is no expression") {
    filter::Operand operand;
    operand.value = filter::Literal{"x", filter::Literal::Form::Quoted};
    CHECK_FALSE(Expression::compile(operand).has_value());
}

}  // namespace
}  // namespace bewit::field::test
