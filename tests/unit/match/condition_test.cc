// Conditions over the fields of real events: operators by type, null values, lists, fields on both sides.
#include <doctest/doctest.h>

#include "engine/rule/loader.h"
#include "tests/unit/match/world.h"

using namespace bewit;
using namespace bewit::match;

namespace {

struct Row {
    std::string condition;
    bool expected;
};

void check_all(World& world, const event::View& event, const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        CAPTURE(row.condition);
        CHECK(world.holds(row.condition, event) == row.expected);
        // What is known is true or false: the opposite of it is the other.
        const std::string negated = "not (" + row.condition + ")";
        CHECK(world.holds(negated, event) == !row.expected);
    }
}

// open("/etc/shadow", O_RDONLY | O_CLOEXEC) = 3
event::View open_record(World& world) {
    return world.record("open", {{"fd", 3}, {"name", "/etc/shadow"}, {"flags", 0x1001}, {"mode", 0}});
}

}  // namespace

TEST_CASE("strings are compared byte by byte by every string operator") {
    World world;
    check_all(world, open_record(world), {{"proc.name = nginx", true},
                                          {"proc.name == nginx", true},
                                          {"proc.name = Nginx", false},
                                          {"proc.name != nginx", false},
                                          {"proc.name != bash", true},
                                          {"proc.name in (bash, nginx)", true},
                                          {"proc.name in (bash, zsh)", false},
                                          {"proc.name in ()", false},
                                          {"proc.name intersects (nginx)", true},
                                          {"proc.name contains gin", true},
                                          {"proc.name contains GIN", false},
                                          {"proc.name icontains GIN", true},
                                          {"proc.name icontains GON", false},
                                          {"proc.name startswith ngi", true},
                                          {"proc.name startswith inx", false},
                                          {"proc.name endswith inx", true},
                                          {"proc.name endswith ngi", false},
                                          {"proc.name glob ng*x", true},
                                          {"proc.name glob n?x", false},
                                          {"proc.name iglob NG*", true},
                                          {"proc.name glob NG*", false},
                                          {"proc.name regex 'n.+x'", true},
                                          {"proc.name regex 'gin'", false},
                                          {"proc.name regex '(nginx|apache)'", true},
                                          {"proc.name exists", true}});
}

TEST_CASE("strings have an order when the other side is a field") {
    World world;
    check_all(world, open_record(world),
              {{"proc.name > val(proc.pname)", true},
               {"proc.name < val(proc.pname)", false},
               {"proc.name >= val(proc.name)", true}});
}

TEST_CASE("paths match by components") {
    World world;
    check_all(world, open_record(world),
              {{"fd.name pmatch (/etc)", true},
               {"fd.name pmatch (/et)", false},
               {"fd.name pmatch (/var, /etc/shadow)", true},
               {"fd.name pmatch (/*/shadow)", true},
               {"fd.name pmatch (/etc/shadow/x)", false},
               {"fd.name pmatch ()", false}});
}

TEST_CASE("numbers are compared as numbers, with the sign of their type") {
    World world;
    const event::View failed = world.record("open", {{"fd", -2}, {"name", "/etc/shadow"}, {"flags", 1}, {"mode", 0}});
    check_all(world, failed,
              {{"evt.rawres < 0", true},
               {"evt.rawres = -2", true},
               {"evt.rawres >= 0", false},
               {"evt.rawres != -2", false},
               {"evt.rawres in (-1, -2)", true},
               {"evt.rawres in (1, 2)", false},
               {"evt.rawres > -3", true},
               {"evt.rawres <= -2", true},
               {"evt.failed = true", true},
               {"evt.failed in (false)", false},
               {"proc.pid = 100", true},
               {"proc.pid = 0100", true}});
}

TEST_CASE("a missing value satisfies no operator, not even unequal") {
    World world;
    const event::View connect = world.record("connect", {{"res", 0}, {"fd", 77}});
    check_all(world, connect,
              {{"fd.filename = x", false},
               {"fd.filename != x", false},
               {"fd.filename exists", false},
               {"fd.filename in ()", false},
               {"fd.sport != 80", false},
               {"evt.arg.flags contains O_RDONLY", false},
               {"evt.arg.flags != O_RDONLY", false},
               {"proc.name = val(fd.filename)", false},
               {"fd.filename != val(proc.name)", false}});
}

TEST_CASE("modifiers count the literals that hold") {
    World world;
    check_all(world, open_record(world),
              {{"proc.name startswith anyof (ba, ng)", true},
               {"proc.name startswith anyof (ba, zs)", false},
               {"proc.name startswith oneof (n, ng)", false},
               {"proc.name startswith oneof (n, b)", true},
               {"proc.name contains allof (n, x)", true},
               {"proc.name contains allof (n, y)", false},
               {"proc.name != allof (bash, zsh)", true},
               {"proc.name != allof (bash, nginx)", false},
               {"proc.name = anyof (bash, nginx)", true},
               {"proc.name = oneof (nginx, nginx)", false},
               {"proc.name = anyof ()", false},
               {"proc.name = allof ()", false},
               {"proc.name = oneof ()", false}});
}

TEST_CASE("an ancestor field without a number holds when it holds for any ancestor") {
    World world;
    check_all(world, open_record(world),
              {{"proc.aname = bash", true},
               {"proc.aname = init", true},
               {"proc.aname = nginx", false},
               {"proc.aname in (zsh, init)", true},
               {"proc.aname != bash", true},
               {"proc.aname startswith in", true},
               {"proc.aname = anyof (x, bash)", true},
               {"proc.aname[1] = bash", true},
               {"proc.aname[2] = bash", false},
               {"proc.aname[3] exists", false},
               {"proc.apid in (50)", true}});
}

TEST_CASE("an address is one of either end, and unequal when both ends are") {
    World world;
    world.witness.descriptors[{100, 5}] = connection("10.1.2.3", 40000, "192.0.2.9", 443);
    const event::View send = world.record("sendto", {{"res", 1}, {"fd", 5}, {"size", 1}});
    check_all(world, send,
              {{"fd.ip = 10.1.2.3", true},
               {"fd.ip = 192.0.2.9", true},
               {"fd.ip = 192.0.2.8", false},
               {"fd.ip != 192.0.2.9", false},
               {"fd.ip != 192.0.2.8", true},
               {"fd.ip in (192.0.2.8, 192.0.2.9)", true},
               {"fd.ip in (192.0.2.8)", false},
               {"fd.ip = ::1", false},
               {"fd.ip != ::1", true},
               {"fd.net = 10.0.0.0/8", true},
               {"fd.net != 10.0.0.0/8", false},
               {"fd.net in (172.16.0.0/12, 192.0.2.0/24)", true},
               {"fd.net in (172.16.0.0/12)", false},
               {"fd.net intersects (172.16.0.0/12, 192.0.2.0/24)", true},
               {"fd.snet in (172.16.0.0/12, 192.0.2.0/24)", true},
               {"fd.snet = 10.0.0.0/8", false},
               {"fd.sip = 192.0.2.9", true},
               {"fd.cip = 192.0.2.9", false},
               {"fd.port = 443", true},
               {"fd.port = 40000", true},
               {"fd.port != 443", false},
               {"fd.port != 80", true},
               {"fd.port in (80, 443)", true},
               {"fd.port < 1000", true},
               {"fd.port > 50000", false},
               {"fd.port = oneof (443, 80)", true},
               {"fd.port != allof (80, 22)", true},
               {"fd.port != allof (80, 443)", false},
               {"fd.sport = https", true},
               {"fd.proto = https", true}});
}

TEST_CASE("of a list field `in` wants every value and `intersects` one") {
    World world;
    world.witness.descriptors[{100, 0}] = connection("10.1.2.3", 40000, "192.0.2.9", 443);
    check_all(world, open_record(world),
              {{"fd.types in (file, ipv4)", true},
               {"fd.types in (file)", false},
               {"fd.types in (file, ipv4, ipv6)", true},
               {"fd.types intersects (ipv6, ipv4)", true},
               {"fd.types intersects (ipv6)", false},
               {"fd.types in ()", false},
               {"fd.types[0] = ipv4", true}});
}

TEST_CASE("transformers stand on either side") {
    World world;
    check_all(world, open_record(world),
              {{"toupper(proc.name) = NGINX", true},
               {"basename(fd.name) = shadow", true},
               {"len(proc.name) = 5", true},
               {"len(proc.name) in (4, 5)", true},
               {"proc.name = tolower(proc.name)", true},
               {"proc.exepath endswith val(proc.name)", true},
               {"proc.exepath contains val(proc.pname)", false},
               {"proc.name in val(proc.name)", true},
               {"concat(proc.pname, '/', proc.name) = 'bash/nginx'", true}});
}

TEST_CASE("buffers are compared as bytes") {
    World world;
    const event::View read =
        world.record("read", {{"res", 6}, {"data", std::string("ab\xca\xfe\0z", 6)}, {"fd", 3}, {"size", 6}});
    check_all(world, read,
              {{"evt.buffer bcontains cafe", true},
               {"evt.buffer bcontains cafe00", true},
               {"evt.buffer bcontains beef", false},
               {"evt.buffer bstartswith 6162", true},
               {"evt.buffer bstartswith cafe", false},
               {"evt.buffer contains ab", true},
               {"evt.buffer startswith b", false},
               {"evt.buffer endswith z", true},
               {"evt.buffer = ab", false},
               {"evt.buffer != ab", true},
               {"evt.buffer in (ab, cd)", false}});
}

TEST_CASE("bytes that are no UTF-8 do not hide a text from a regular expression") {
    World world;
    world.witness.processes[100].comm =
        "a\xff\xfe"
        "b";
    check_all(world, open_record(world),
              {{"proc.name regex 'a..b'", true}, {"proc.name regex 'a.*b'", true}, {"proc.name regex 'a.b'", false}});
}

TEST_CASE("the number of an event is never 0") {
    World world;
    check_all(world, open_record(world),
              {{"evt.num = 0", false},
               {"evt.num != 0", true},
               {"evt.num > 0", true},
               {"evt.num >= 1", true},
               {"evt.num < 1", false},
               {"evt.num in (0)", false},
               {"evt.num = 1", true},
               {"evt.num in (0, 1)", true}});
}

TEST_CASE("and, or and not are evaluated as they are nested") {
    World world;
    check_all(world, open_record(world),
              {{"proc.name = nginx and (fd.name = /x or fd.name startswith /etc)", true},
               {"proc.name = nginx and not (fd.name = /x or fd.name startswith /etc)", false},
               {"not proc.name = bash and not not fd.num = 3", true},
               {"proc.name = bash or proc.name = zsh or evt.type = open", true}});
}

TEST_CASE("what an operator cannot be asked of is refused in Falco's words") {
    CHECK(error_of("fd.num contains 3") == "filter error: 'contains' operator not supported for numeric filters");
    CHECK(error_of("fd.num pmatch (3)") == "filter error: 'pmatch' operator not supported for numeric filters");
    CHECK(error_of("evt.failed < 1") == "filter error: '<' operator not supported for numeric filters");
    CHECK(error_of("proc.name bcontains ab") == "filter error: 'bcontains' operator not supported for string filters");
    CHECK(error_of("evt.buffer glob ab") == "filter error: 'glob' operator not supported for buffer filters");
    CHECK(error_of("fd.ip startswith 10") ==
          "filter error: 'startswith' operator not supported for ip address and network filters");
    CHECK(error_of("fd.sip = anyof (10.0.0.1, 10.0.0.2)") ==
          "filter error: '=' with modifier not supported for ip address and network filters");
    CHECK(error_of("fd.types = file") == "filter error: '=' operator not supported list filters");
    CHECK(error_of("evt.rawarg.euid = 0") == "filter error: '=' operator not supported for type 'PT_UID'");
    CHECK(error_of("evt.rawarg.euid exists").empty());
}

TEST_CASE("what a literal cannot be is refused in Falco's words") {
    CHECK(error_of("fd.num = 0x10") == "0x10 is not a valid number");
    CHECK(error_of("fd.num in (1, two)") == "two is not a valid number");
    CHECK(error_of("evt.failed = yes") == "filter error: unrecognized boolean value yes");
    CHECK(error_of("fd.sip = 1.2.3.400") == "unrecognized IPv4 address 1.2.3.400");
    CHECK(error_of("fd.net = 10.0.0.0") == "unrecognized IP network 10.0.0.0");
    CHECK(error_of("evt.type = opne") == "unknown event type opne; did you mean `open`?");
    CHECK(error_of("evt.type in (open, opne)") == "unknown event type opne; did you mean `open`?");
    CHECK(error_of("evt.type = nothing_like_it") ==
          "unknown event type nothing_like_it; `bewit events` lists those that exist");
    CHECK(error_of("proc.name in (" + std::string(256, 'x') + ")").starts_with("filter parameter too long"));
    CHECK(error_of("evt.buffer bcontains 0x12") ==
          "filter error: bcontains and bstartswith operator support hex strings only");
    CHECK(error_of("proc.name regex 'a(b'").starts_with("filter error: invalid regular expression 'a(b': "));
    CHECK(error_of("proc.nmae = x").starts_with("filter_check called with nonexistent field proc.nmae"));
    CHECK(error_of("some_macro") == "filter error: unexpected identifier 'some_macro'");
}

TEST_CASE("fields are comparable with each other only when their types are the same") {
    CHECK(error_of("proc.name = val(proc.pid)") ==
          "field 'proc.name' has type 'CHARBUF' while the right-hand side field 'proc.pid' has incompatible type "
          "'INT64'");
    CHECK(error_of("proc.name regex val(proc.pname)") == "operator 'regex' doesn't support right-hand side fields");
    CHECK(error_of("fd.snet = val(fd.sip)") == "field type 'IPNET' doesn't support right-hand side fields");
    CHECK(error_of("proc.aname = val(proc.name)") == "field 'proc.aname' doesn't support right-hand side fields");
    CHECK(error_of("fd.sport = val(fd.port)") == "field 'fd.port' can't be used as a right-hand side field");
    CHECK(error_of("fd.sport = val(fd.cport)").empty());
}

TEST_CASE("an error tells where in the condition it stands") {
    rule::Loader loader;
    const rule::LoadResult loaded = loader.add("f",
                                               "- rule: r\n  desc: d\n  output: o\n  priority: INFO\n"
                                               "  condition: evt.type = open and\n    proc.nmae = x\n");
    REQUIRE(loaded.errors.empty());
    std::vector<rule::Diagnostic> diagnostics;
    const Rules rules(loader.rules(), {}, diagnostics);
    REQUIRE(diagnostics.size() == 1);
    CHECK(diagnostics[0].code == rule::Code::ErrCompileCondition);
    CHECK(diagnostics[0].context.back().place.line == 6);
    CHECK(diagnostics[0].context.back().place.column == 5);
    CHECK(diagnostics[0].snippet == "    proc.nmae = x\n    ^\n");
}
