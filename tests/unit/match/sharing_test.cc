// What is equal is compiled once.
#include <doctest/doctest.h>

#include "engine/match/condition_compiler.h"
#include "engine/match/specialiser.h"
#include "tests/unit/match/world.h"

using namespace bewit;
using namespace bewit::match;

namespace {

class Conditions {
public:
    NodeId add(std::string_view condition) {
        const auto parsed = filter::parse(condition);
        REQUIRE_MESSAGE(parsed.has_value(), condition);
        const auto node = compiler_.compile(**parsed);
        REQUIRE_MESSAGE(node.has_value(), condition);
        return *node;
    }

    LeafTable leaves;
    Graph graph;
    std::vector<CompileWarning> warnings;

private:
    ConditionCompiler compiler_{leaves, graph, nullptr, warnings};
};

}  // namespace

TEST_CASE("equal comparisons are one leaf, equal sub-expressions one node") {
    Conditions compiled;
    const NodeId first = compiled.add("evt.type = open and (proc.name = a or proc.name = b)");
    const size_t nodes = compiled.graph.size();
    const size_t leaves = compiled.leaves.leaves().size();
    CHECK(leaves == 3);
    CHECK(compiled.add("evt.type=open and (proc.name==a or proc.name=\"b\")") == first);
    CHECK(compiled.graph.size() == nodes);
    compiled.add("evt.type = creat and (proc.name = a or proc.name = b)");
    CHECK(compiled.leaves.leaves().size() == leaves + 1);
    CHECK(compiled.graph.size() == nodes + 2);  // the new leaf and the And above it
}

TEST_CASE("ways to say the same are the same leaf") {
    Conditions compiled;
    const NodeId one = compiled.add("proc.name = a");
    CHECK(compiled.add("proc.name in (a)") == one);
    CHECK(compiled.add("proc.name intersects (a)") == one);
    CHECK(compiled.add("proc.name = anyof (a)") == one);
    CHECK(compiled.add("proc.name = oneof (a)") == one);
    const NodeId two = compiled.add("proc.name in (a, b)");
    CHECK(compiled.add("proc.name in (b, a, b)") == two);
    CHECK(compiled.add("proc.name = anyof (a, b)") == two);
    CHECK(compiled.add("proc.name = oneof (a, b)") != two);
    CHECK(compiled.add("evt.arg[2] exists") != compiled.add("evt.arg[1] exists"));
}

TEST_CASE("a literal that holds a separator is not taken for two") {
    Conditions compiled;
    CHECK(compiled.add("proc.name in ('a,b', c)") != compiled.add("proc.name in (a, 'b,c')"));
    CHECK(compiled.add("proc.name in ('1:a', b)") != compiled.add("proc.name in ('1', 'ab')"));
}

TEST_CASE("one field is extracted once however many leaves ask for it") {
    Conditions compiled;
    compiled.add("proc.name = a or proc.name startswith b or proc.name contains c or proc.pname = val(proc.name)");
    CHECK(compiled.leaves.leaves().size() == 4);
    CHECK(compiled.leaves.expressions().size() == 2);
}

TEST_CASE("constants disappear, and not of not") {
    Conditions compiled;
    const NodeId name = compiled.add("proc.name = a");
    CHECK(compiled.add("proc.name = a or evt.num = 0") == name);
    CHECK(compiled.add("proc.name = a and not evt.num = 0") == name);
    CHECK(compiled.add("proc.name = a and evt.num = 0") == Graph::no);
    CHECK(compiled.add("not not proc.name = a") == name);
    CHECK(compiled.add("not (not proc.name = a)") == name);
    CHECK(compiled.add("proc.name = a and proc.name = a") == name);
}

TEST_CASE("for a kind, its type and what it cannot have are folded away") {
    Conditions compiled;
    const NodeId name = compiled.add("proc.name = a");
    const NodeId both =
        compiled.add("(evt.type in (open, openat) and proc.name = a) or (evt.type = connect and fd.sport = 80)");
    const NodeId missing =
        compiled.add("evt.arg.flags contains X or fd.name = x or evt.res = SUCCESS or proc.name = a");
    const NodeId opened = compiled.add("evt.is_open_write = true or proc.name = a");
    const auto folded = [&](NodeId root, std::string_view kind_name) {
        Specialiser specialiser(compiled.leaves, compiled.graph);
        specialiser.begin(*event::find_kind(kind_name));
        return specialiser.specialised(root);
    };
    CHECK(folded(both, "open") == name);
    CHECK(folded(both, "mkdir") == Graph::no);
    CHECK(folded(both, "connect") == compiled.add("fd.sport = 80"));
    // A generic syscall has no result, no arguments of its own and no descriptor.
    CHECK(folded(missing, "getrandom") == name);
    CHECK(folded(missing, "open") != name);
    CHECK(folded(opened, "creat") == name);
    CHECK(folded(opened, "openat2") == opened);
}

TEST_CASE("only what rests on the process alone is kept with it, at the highest node") {
    Conditions compiled;
    const NodeId process = compiled.add("proc.name = a and not proc.pname in (b, c)");
    const NodeId whole =
        compiled.add("evt.type = open and (fd.name = x or (proc.name = a and not proc.pname in (b, c)))");
    CHECK(compiled.graph[process].of_process);
    CHECK_FALSE(compiled.graph[whole].of_process);
    CHECK(compiled.graph.finish(std::vector<NodeId>{whole}) == 2);  // one slot besides slot 0
    CHECK(compiled.graph[process].slot == 1);
}
