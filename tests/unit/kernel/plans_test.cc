#include "kernel/plans.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "engine/event/syscalls.h"
#include "engine/event/witness.h"
#include "kernel/plan_table.h"

using namespace bewit;
using namespace bewit::kernel;
using Level = match::KindInterest::Level;

namespace {

bool is_number(uint8_t op) { return op < BEWIT_LAST_NUMBER; }

event::Kind kind(std::string_view name) { return event::find_kind(name).value(); }

uint32_t row_of(std::string_view call) {
    const uint32_t abi = event::native_abi() == event::Abi::Aarch64 ? BEWIT_ABI_AARCH64 : BEWIT_ABI_X86_64;
    return abi * BEWIT_CALL_NUMBERS + event::syscall_number(event::native_abi(), call).value();
}

void test_openat(match::Interest& interest, std::vector<match::Clause> clauses) {
    match::KindInterest& openat = interest.of(kind("openat"));
    openat.level = Level::Tests;
    openat.clauses = std::move(clauses);
}

void check_fields(const bewit_plan& plan) {
    const event::EventInfo* info = event::find_event(event::EventId{plan.event});
    REQUIRE(info != nullptr);
    INFO(info->name);
    REQUIRE(plan.fields == info->params.size());
    for (size_t i = 0; i < plan.fields; ++i) {
        INFO(info->params[i].name);
        const size_t width = event::type_width(info->params[i].type);
        CHECK(plan.field[i].width == width);
        if (plan.field[i].op != BEWIT_ABSENT) CHECK(is_number(plan.field[i].op) == (width != 0));
    }
}

}  // namespace

TEST_CASE("every plan has a field of a fitting shape for every parameter of the catalogue") {
    const Plans plans = make_plans({});
    size_t made = 0;
    for (const bewit_plan& plan : plans.plans) {
        if (plan.event == 0) continue;
        ++made;
        check_fields(plan);
    }
    CHECK(made > 300);
}

TEST_CASE("every syscall of the native table has a plan, its own event where the catalogue has one") {
    const Plans plans = make_plans({});
    for (const event::Syscall& call : event::syscalls(event::native_abi())) {
        INFO(call.name);
        const bewit_plan& plan = plans.plans[plans.calls[row_of(call.name)].plan];
        const event::EventInfo* info = event::kind_event(event::syscall_kind(event::native_abi(), call.number).value());
        CHECK(plan.event == (info == nullptr ? 1 : static_cast<uint16_t>(info->id)));
    }
}

TEST_CASE("births, execs, ends and signals have plans") {
    const Plans plans = make_plans({});
    for (uint32_t plan = BEWIT_PLAN_UNKNOWN; plan < BEWIT_PLANS; ++plan) {
        INFO(plan);
        CHECK(plans.plans[plan].event != 0);
    }
}

TEST_CASE("slots that are saved do not overlap") {
    for (const CallParameters& call : plan_table()) {
        INFO(call.event);
        std::set<unsigned> slots;
        for (const Parameter& parameter : call.parameters) {
            if (parameter.save.op == 0) continue;
            CHECK(parameter.save.slot < BEWIT_MAX_SAVES);
            CHECK(slots.insert(parameter.save.slot).second);
        }
        CHECK(slots.size() <= BEWIT_MAX_SAVES);
    }
}

TEST_CASE("what nobody cares about is never made into a record") {
    const Plans plans = make_plans({});
    CHECK(plans.calls[row_of("openat")].level == static_cast<uint8_t>(Level::Never));
    CHECK(!plans.signals);
}

TEST_CASE("a birth is seen whatever the rules say, since the state needs it") {
    CHECK(make_plans({}).calls[row_of("clone")].level == static_cast<uint8_t>(Level::Always));
}

TEST_CASE("register tests go clause by clause, the last of each marked") {
    match::Interest interest;
    test_openat(interest, {{{2, false, 3, 0}, {1, true, 7, 5, true}}, {{2, true, 64, 64}}});
    const Plans plans = make_plans(interest);
    const bewit_call& call = plans.calls[row_of("openat")];
    CHECK(call.level == static_cast<uint8_t>(Level::Tests));
    const bewit_tests& tests = plans.tests[call.plan];
    REQUIRE(tests.count == 3);
    CHECK(tests.test[0].equal == 0);
    CHECK(tests.test[0].last == 0);
    CHECK(tests.test[1].high == 1);
    CHECK(tests.test[1].last == 1);
    CHECK(tests.test[2].mask == 64);
    CHECK(tests.test[2].last == 1);
}

TEST_CASE("more tests than there is room for make a call always interesting") {
    match::Interest interest;
    test_openat(interest, std::vector<match::Clause>(BEWIT_MAX_TESTS + 1, {{2, true, 64, 64}}));
    CHECK(make_plans(interest).calls[row_of("openat")].level == static_cast<uint8_t>(Level::Always));
}

TEST_CASE("the environment is read only where a rule asks for it") {
    const size_t position = event::find_event("execve")->param("env").value();
    CHECK(make_plans({}).plans[BEWIT_PLAN_EXECUTED].field[position].op == BEWIT_ABSENT);
    match::Interest interest;
    interest.facts = event::EnvironmentFact;
    CHECK(make_plans(interest).plans[BEWIT_PLAN_EXECUTED].field[position].op == BEWIT_ENVIRONMENT);
}

TEST_CASE("a relative name brings the place where it starts") {
    const Plans plans = make_plans({});
    const bewit_plan& open = plans.plans[plans.calls[row_of("openat")].plan];
    REQUIRE(open.facts == 2);
    CHECK(open.fact[0].op == BEWIT_FACT_START);
    CHECK(open.fact[0].second == 0);
    CHECK(open.fact[1].op == BEWIT_FACT_RESULT);
    const bewit_plan& rename = plans.plans[plans.calls[row_of("renameat2")].plan];
    REQUIRE(rename.facts == 2);
    CHECK(rename.fact[0].second == 0);
    CHECK(rename.fact[1].second == 2);
}
