// What the name alone decides before an open: whatever the automaton says no to, no rule matches with any process or
// result.
#include <doctest/doctest.h>

#include <fcntl.h>

#include <random>

#include "tests/unit/match/upstream.h"
#include "tests/unit/match/world.h"

using namespace bewit;
using namespace bewit::match;

namespace {

Rules compile(const rule::RuleSet& set) {
    std::vector<rule::Diagnostic> diagnostics;
    Rules rules(set, {.matching = RuleMatching::All}, diagnostics);
    for (const rule::Diagnostic& diagnostic : diagnostics) MESSAGE(diagnostic.message);
    return rules;
}

// Of one rule with this condition on an openat.
PathTest test_of(const std::string& condition) {
    const rule::RuleSet set = rule_set({{"r", "evt.type in (open, openat) and " + condition}});
    const Rules rules = compile(set);
    return rules.interest().open_names({});
}

bool asks(const PathTest& test, std::string_view name, uint32_t flags = O_RDONLY, bool relative = false) {
    return test.may_match(name, flags, relative);
}

}  // namespace

TEST_CASE("names that no rule cares about are told from those that one may match") {
    const PathTest test = test_of(
        "evt.is_open_read = true and fd.num >= 0 and (fd.name in (/etc/shadow, /etc/sudoers) or fd.name startswith "
        "/root/.ssh"
        " or fd.name endswith .pem or fd.name contains secret or fd.name glob '/home/*/.aws/cred?')");
    for (const char* name : {"/etc/passwd", "/etc/shadow2", "/etc/shado", "/root/.ss", "/usr/x.pe", "/usr/secre",
                             "/home/a/.aws/cred", "/home/.aws/cred1"})
        CHECK_MESSAGE(!asks(test, name), name);
    for (const char* name : {"/etc/shadow", "/etc/sudoers", "/root/.ssh", "/root/.ssh/id", "/x.pem", "/a/b.pem.pem",
                             "/opt/secrets/x", "/home/a/.aws/cred1", "/home/a/b/.aws/creds"})
        CHECK_MESSAGE(asks(test, name), name);
}

TEST_CASE("flags count as far as rules test them") {
    const PathTest test = test_of("evt.is_open_write = true and fd.name startswith /etc/");
    CHECK(asks(test, "/etc/x", O_WRONLY));
    CHECK(asks(test, "/etc/x", O_RDWR | O_CLOEXEC));
    CHECK_FALSE(asks(test, "/etc/x", O_RDONLY | O_CLOEXEC));
    CHECK_FALSE(asks(test, "/usr/x", O_WRONLY));
}

TEST_CASE("what lies in a directory, and the directory itself") {
    const PathTest test = test_of("fd.directory in (/etc/pam.d, /)");
    CHECK(asks(test, "/etc/pam.d/login"));
    CHECK(asks(test, "/etc/pam.d"));
    CHECK(asks(test, "/vmlinuz"));
    CHECK_FALSE(asks(test, "/etc/pam.d/x/y"));
    CHECK_FALSE(asks(test, "/etc/pam.conf"));
    const PathTest last = test_of("fd.filename in (syslog)");
    CHECK(asks(last, "/var/log/syslog"));
    CHECK_FALSE(asks(last, "/var/log/syslog.1"));
    CHECK_FALSE(asks(last, "/syslog/x"));
}

TEST_CASE("components") {
    const PathTest test = test_of("fd.name pmatch (/usr/bin, /home/*/x)");
    CHECK(asks(test, "/usr/bin"));
    CHECK(asks(test, "/usr/bin/ls"));
    CHECK(asks(test, "/home/me/x/y"));
    CHECK_FALSE(asks(test, "/usr/binary"));
    CHECK_FALSE(asks(test, "/home/x"));
}

TEST_CASE("negation: sure only where the name is the whole question") {
    CHECK_FALSE(asks(test_of("not fd.name startswith /usr"), "/usr/x"));
    CHECK(asks(test_of("not fd.name startswith /usr"), "/etc/x"));
    CHECK(asks(test_of("not fd.directory = /usr"), "/usr/x"));
    CHECK_FALSE(asks(test_of("fd.name != /a"), "/a"));
    CHECK(asks(test_of("fd.name != /a"), "/b"));
}

TEST_CASE("what is not known may be anything") {
    for (const char* condition : {"proc.name = x", "fd.num >= 0", "evt.res = SUCCESS", "fd.name regex '^/x$'",
                                  "tolower(fd.name) = /x", "fd.name icontains X"})
        CHECK_MESSAGE(asks(test_of(condition), "/usr/x"), condition);
}

TEST_CASE("the name as given is known for names from the root only") {
    const PathTest test = test_of("fd.nameraw = /etc/x");
    CHECK(asks(test, "/etc/x"));
    CHECK_FALSE(asks(test, "/etc/y"));
    CHECK(asks(test, "/etc/y", O_RDONLY, true));
    // Without `..` in it.
    CHECK_FALSE(asks(test_of("fd.nameraw contains '../' and fd.name startswith /etc/"), "/usr/y", O_RDONLY, true));
}

TEST_CASE("names that are not in their plain form are not judged") {
    const PathTest test = test_of("fd.name = /x");
    for (const char* name :
         {"", "x", "/", "//a", "/a//b", "/a/", "/a/./b", "/a/../b", "/a/..", "/a/.", "/..", "/\x80", "/\n", "/a\x7f"})
        CHECK_MESSAGE(asks(test, name), name);
    for (const char* name : {"/a", "/.a", "/..a", "/a/.b/..c", "/a..", "/a./b", "/..."})
        CHECK_MESSAGE(!asks(test, name), name);
}

TEST_CASE("where opens are no rule's business there is no test") {
    const rule::RuleSet set = rule_set({{"r", "evt.type = connect"}});
    CHECK_FALSE(compile(set).interest().open_names);
}

TEST_CASE("a no of the automaton is a no of every rule") {
    const std::vector<std::string> texts = {"/etc", "/etc/", "/etc/passwd", "passwd",       "a",
                                            "/a",   "/",     ".",           "/etc/a/passwd"};
    const std::vector<std::string> fields = {"fd.name", "fd.directory", "fd.filename", "fd.nameraw", "evt.arg.name"};
    const std::vector<std::string> operators = {"=", "!=", "startswith", "endswith", "contains", "glob", "pmatch"};
    const std::vector<std::string> names = {"/etc/passwd", "/etc/a/passwd",     "/etc",         "/passwd",  "/a",
                                            "/a/a",        "/usr/lib/passwd/x", "/etc/apasswd", "/a.passwd"};
    std::mt19937 random(7);
    const auto one = [&](const auto& of) -> const auto& { return of[random() % of.size()]; };
    size_t denied = 0;
    for (int round = 0; round < 400; ++round) {
        std::string condition;
        for (int i = 0; i < 3; ++i) {
            if (i != 0) condition += random() % 2 == 0 ? " and " : " or ";
            const std::string& op = one(operators);
            const std::string text = op == "pmatch" ? "('" + one(texts) + "')" : "'" + one(texts) + "'";
            const std::string check =
                random() % 4 == 0 ? "evt.is_open_write = true" : one(fields) + " " + op + " " + text;
            condition += random() % 3 == 0 ? "not (" + check + ")" : check;
        }
        const rule::RuleSet set = rule_set({{"r", "evt.type in (open, openat) and (" + condition + ")"}});
        const Rules rules = compile(set);
        const PathTest test = rules.interest().open_names({});
        for (const std::string& name : names) {
            const bool writes = random() % 2 == 0, directory = random() % 2 == 0, fails = random() % 3 == 0;
            World world;
            event::Descriptor& made = world.witness.descriptors[{100, 7}];
            made.type = directory ? event::DescriptorType::Directory : event::DescriptorType::File;
            made.name = made.name_raw = name;
            const event::View open =
                world.record("open", {{"fd", fails ? -2 : 7}, {"name", name}, {"flags", writes ? 2 : 1}, {"mode", 0}});
            const bool matched = !matches(rules, world, open).empty();
            const bool asked = test.may_match(name, writes ? O_WRONLY : O_RDONLY, false);
            CHECK_MESSAGE((asked || !matched), condition << " on " << name);
            denied += asked ? 0 : 1;
        }
    }
    CHECK(denied > 300);
}

TEST_CASE("prefixes, suffixes and parts of many rules do not multiply") {
    std::string condition = "evt.is_open_read = true and (fd.name startswith /srv/keys/ and not fd.name endswith .pub";
    for (int i = 0; i < 40; ++i)
        condition += " or fd.name startswith /p" + std::to_string(i) + "/ or fd.name endswith /suffix" +
                     std::to_string(i) + ".pem or fd.name contains part" + std::to_string(i);
    const PathTest test = test_of(condition + ")");
    REQUIRE_FALSE(test.empty());
    CHECK(test.absolute.size() < 3000);
    for (const char* name :
         {"/srv/keys/x", "/p7/x", "/p39/p", "/a/suffix3.pem", "/a/part12/b", "/srv/keys/part3/x.pub"})
        CHECK_MESSAGE(asks(test, name), name);
    for (const char* name : {"/srv/keys/x.pub", "/p40/x", "/a/suffix41.pem", "/a/par", "/a/suffix3.pem.gz"})
        CHECK_MESSAGE(!asks(test, name), name);
}

TEST_CASE("all the maintained rules together have a test, too") {
    // Forty thousand states take minutes there.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
    return;
#endif
#endif
    const auto set = upstream({"falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"});
    if (!set) return;
    std::vector<rule::Diagnostic> diagnostics;
    const Rules rules(*set, {}, diagnostics);
    const PathTest test = rules.interest().open_names({});
    REQUIRE_FALSE(test.empty());
    CHECK_FALSE(test.may_match("/usr/lib/x86_64-linux-gnu/libc.so.6", O_RDONLY | O_CLOEXEC, false));
    CHECK(test.may_match("/etc/shadow", O_RDONLY, false));
}

TEST_CASE("the maintained rules leave the usual files alone") {
    const auto set = upstream("falco_rules.yaml");
    if (!set) return;
    std::vector<rule::Diagnostic> diagnostics;
    const Rules rules(*set, {}, diagnostics);
    const PathTest test = rules.interest().open_names({});
    REQUIRE_FALSE(test.empty());
    for (const char* name :
         {"/usr/lib/x86_64-linux-gnu/libc.so.6", "/srv/www/index.html", "/proc/self/maps", "/tmp/x"}) {
        CHECK_FALSE(test.may_match(name, O_RDONLY | O_CLOEXEC, false));
        CHECK_FALSE(test.may_match(name, O_RDONLY | O_CLOEXEC, true));
    }
    for (const char* name : {"/etc/shadow", "/etc/pam.d/login", "/etc/sudoers.d/x"})
        CHECK(test.may_match(name, O_RDONLY, false));
    CHECK(test.may_match("/sys/fs/cgroup/release_agent", O_WRONLY, false));
}
