// What the community's rules cost: which calls are stopped for them.
#include <doctest/doctest.h>

#include <set>

#include "tests/unit/match/upstream.h"
#include "tests/unit/match/world.h"

using namespace bewit;
using namespace bewit::match;

namespace {

using Level = KindInterest::Level;

struct Compiled {
    explicit Compiled(const rule::RuleSet& set) : rules(set, {}, diagnostics) {
        for (const rule::Diagnostic& diagnostic : diagnostics) {
            CHECK_MESSAGE(!rule::is_error(diagnostic.code), rule::to_text(diagnostic));
        }
    }

    const KindInterest& of(std::string_view kind) const { return rules.interest().of(*event::find_kind(kind)); }
    // By name, with blanks between them.
    std::string kinds_for_rules(Level level) const {
        std::string names;
        for (size_t i = 0; i < event::kind_count(); ++i) {
            const auto kind = static_cast<event::Kind>(i);
            const KindInterest& interest = rules.interest().of(kind);
            if (!interest.for_rules || interest.level != level) continue;
            names += names.empty() ? "" : " ";
            names += event::kind_name(kind);
        }
        return names;
    }
    // The values of a register that clauses of one equality each let through.
    std::set<uint32_t> values(std::string_view kind, uint8_t argument) const {
        std::set<uint32_t> result;
        for (const Clause& clause : of(kind).clauses) {
            REQUIRE(clause.size() == 1);
            REQUIRE(clause[0].argument == argument);
            REQUIRE(clause[0].equal);
            result.insert(clause[0].value);
        }
        return result;
    }

    std::vector<rule::Diagnostic> diagnostics;
    Rules rules;
};

}  // namespace

TEST_CASE("the stable rules stop what can match, by registers where registers tell") {
    const auto set = upstream("falco_rules.yaml");
    if (!set) return;
    const Compiled stable(*set);
    CHECK(stable.rules.selected().size() == 25);
    CHECK(stable.kinds_for_rules(Level::Always) ==
          "connect dup execve execveat finit_module init_module link linkat open openat openat2 sendmsg symlink "
          "symlinkat");
    CHECK(stable.kinds_for_rules(Level::Tests) == "dup2 dup3 ptrace sendto socket");
    CHECK(stable.values("socket", 0) == std::set<uint32_t>{17});
    // Of the names that contain PTRACE_SETREGS, one is PTRACE_SETREGSET.
    CHECK(stable.values("ptrace", 0) == std::set<uint32_t>{0, 4, 5, 13, 16, 0x4205, 0x4206});
    CHECK(stable.values("dup2", 1) == std::set<uint32_t>{0, 1, 2});
    CHECK(stable.values("dup3", 1) == std::set<uint32_t>{0, 1, 2});
    for (const char* kind :
         {"mount", "close", "read", "write", "mkdir", "unlinkat", "rename", "clone", "accept", "mmap", "getrandom"}) {
        CAPTURE(kind);
        CHECK(stable.of(kind).level == Level::Never);
    }
    const Interest explained = stable.rules.explained_interest();
    CHECK(explained.of(*event::find_kind("open")).rules.size() == 5);
    CHECK(explained.of(*event::find_kind("execve")).rules.size() == 11);
}

TEST_CASE("the incubating rules stop what can match") {
    const auto set = upstream("falco-incubating_rules.yaml");
    if (!set) return;
    const Compiled incubating(*set);
    CHECK(incubating.rules.selected().size() == 31);
    CHECK(incubating.kinds_for_rules(Level::Tests) == "bpf chmod fchmod fchmodat sendto");
    // "Create files below dev" names creat and asks for its flags, of which it has none.
    CHECK(incubating.of("creat").level == Level::Never);
    CHECK(incubating.values("bpf", 0) == std::set<uint32_t>{5});
    CHECK(incubating.values("chmod", 1) == std::set<uint32_t>{02000, 04000});
    CHECK(incubating.values("fchmodat", 2) == std::set<uint32_t>{02000, 04000});
    CHECK(incubating.kinds_for_rules(Level::Always) ==
          "accept accept4 connect execve execveat listen open openat openat2 rename renameat renameat2 rmdir sendmsg "
          "setns setuid unlink unlinkat unshare");
}

TEST_CASE("the sandbox rules, those that are disabled included, stop what can match") {
    auto set = upstream("falco-sandbox_rules.yaml");
    if (!set) return;
    CHECK(Compiled(*set).rules.selected().size() == 25);
    for (rule::Rule& rule : set->rules) rule.enabled = true;
    const Compiled sandbox(*set);
    CHECK(sandbox.rules.selected().size() == 37);
    CHECK(sandbox.kinds_for_rules(Level::Tests) == "chmod creat fchmod fchmodat");
    CHECK(sandbox.values("chmod", 1) == std::set<uint32_t>{0100, 010, 01});
    CHECK(sandbox.of("creat").clauses == std::vector<Clause>{{{1, false, 0111, 0}}});
    CHECK(sandbox.of("userfaultfd").level == Level::Always);
    CHECK(sandbox.of("recvfrom").level == Level::Always);  // a rule on what was received
    CHECK(sandbox.of("sendto").level == Level::Always);    // a rule on whereto, connected or not
    CHECK(sandbox.of("mount").level == Level::Never);
}

TEST_CASE("the stable rules match what they are for and nothing harmless") {
    const auto set = upstream("falco_rules.yaml");
    if (!set) return;
    const Compiled stable(*set);
    World world;
    world.state.container().id = "abcdef012345";
    const event::View read =
        world.record("openat", {{"fd", 3}, {"dirfd", -100}, {"name", "/etc/shadow"}, {"flags", 1}, {"mode", 0}});
    CHECK(matches(stable.rules, world, read) == std::vector<std::string>{"Read sensitive file untrusted"});
    const event::View harmless =
        world.record("openat", {{"fd", 3}, {"dirfd", -100}, {"name", "/tmp/x"}, {"flags", 1}, {"mode", 0}});
    CHECK(matches(stable.rules, world, harmless).empty());
    const event::View attach = world.record("ptrace", {{"res", 0}, {"request", 11}, {"pid", 50}});
    CHECK(matches(stable.rules, world, attach) == std::vector<std::string>{"PTRACE attached to process"});
    const event::View packet = world.record("socket", {{"fd", 5}, {"domain", 17}, {"type", 3}, {"proto", 768}});
    CHECK(matches(stable.rules, world, packet) == std::vector<std::string>{"Packet socket created in container"});
}
