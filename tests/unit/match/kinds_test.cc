#include "engine/match/kinds.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

#include "engine/filter/parser.h"

using namespace bewit;
using namespace bewit::match;

namespace {

event::KindSet kinds(std::string_view condition) {
    const auto parsed = filter::parse(condition);
    REQUIRE_MESSAGE(parsed.has_value(), condition);
    return kinds_of(**parsed);
}

std::set<std::string> names(std::string_view condition) {
    std::set<std::string> result;
    const event::KindSet set = kinds(condition);
    for (size_t i = 0; i < event::kind_count(); ++i) {
        if (set.test(i)) result.emplace(event::kind_name(static_cast<event::Kind>(i)));
    }
    return result;
}

using Names = std::set<std::string>;

}  // namespace

TEST_CASE("a check of the type leaves the kinds that it names") {
    CHECK(names("evt.type = open") == Names{"open"});
    CHECK(names("evt.type in (open, openat)") == Names{"open", "openat"});
    CHECK(names("syscall.type = open") == Names{"open"});
    CHECK(names("evt.type = getrandom") == Names{"getrandom"});
    CHECK(kinds("evt.type != open").count() == event::kind_count() - 1);
    CHECK(kinds("evt.type exists").count() == event::kind_count());
}

TEST_CASE("a name that no event has stands for no kind") { CHECK(kinds("evt.type = nothing_like_it").none()); }

TEST_CASE("and intersects, or unites") {
    CHECK(names("evt.type in (open, openat) and evt.type in (openat, creat)") == Names{"openat"});
    CHECK(names("evt.type = open or evt.type = creat") == Names{"open", "creat"});
    CHECK(names("evt.type = open and proc.name = x") == Names{"open"});
    CHECK(kinds("evt.type = open or proc.name = x").count() == event::kind_count());
    CHECK(names("(evt.type = open and proc.name = x) or (evt.type = creat and proc.name = y)") ==
          Names{"open", "creat"});
}

TEST_CASE("not goes down to the checks") {
    CHECK(kinds("not evt.type = open").count() == event::kind_count() - 1);
    CHECK(names("not evt.type != open") == Names{"open"});
    CHECK(names("not (evt.type != open or proc.name = x)") == Names{"open"});
    CHECK(kinds("not (evt.type = open and proc.name = x)").count() == event::kind_count());
    CHECK(names("not (not evt.type = open and not evt.type = creat)") == Names{"open", "creat"});
    CHECK(names("not (evt.type != open and evt.type != creat)") == Names{"open", "creat"});
}

TEST_CASE("a number that no event has leaves no kind") {
    CHECK(kinds("evt.num = 0").none());
    CHECK(kinds("evt.num < 1").none());
    CHECK(kinds("evt.num <= 0").none());
    CHECK(kinds("evt.num in (0)").none());
    CHECK(kinds("evt.num > 0").count() == event::kind_count());
    CHECK(kinds("not evt.num = 0").count() == event::kind_count());
    CHECK(names("(evt.num = 0 and proc.name = x) or evt.type = open") == Names{"open"});
}

TEST_CASE("generic syscalls share one event type") {
    CHECK(event_type_count(kinds("evt.type in (getrandom, getppid, statx)")) == 1);
    CHECK(event_type_count(kinds("evt.type in (open, getppid)")) == 2);
    CHECK(event_type_count(kinds("proc.name = x")) > many_event_types);
}
