#include "injector/drop_report.h"

#include <doctest/doctest.h>

using namespace bewit;

namespace {

bewit_counters lost(uint64_t opens, uint64_t events) {
    bewit_counters counters{};
    counters.events = events;
    counters.drops[BEWIT_DROP_OPEN] = opens;
    return counters;
}

constexpr uint64_t second = 1'000'000'000;

}  // namespace

TEST_CASE("nothing is told while nothing is lost") {
    DropReport report;
    CHECK(!report.update(lost(0, 1000), second));
    CHECK(!report.finish(lost(0, 1000)));
}

TEST_CASE("parts of events that could not be read are no lost events") {
    bewit_counters counters{};
    counters.drops[BEWIT_DROP_PAGE_FAULT] = 3;
    CHECK(!DropReport().update(counters, second));
}

TEST_CASE("a loss is told at once, by its cause") {
    DropReport report;
    const auto notice = report.update(lost(7, 1000), second);
    REQUIRE(notice);
    CHECK(notice->fields.at("n_drops") == "7");
    CHECK(notice->fields.at("n_drops_buffer_total") == "7");
    CHECK(notice->fields.at("n_drops_buffer_open_exit") == "7");
    CHECK(notice->fields.at("n_drops_buffer_execve_exit") == "0");
    CHECK(notice->fields.at("n_evts") == "1000");
    CHECK(notice->sentence.find("7 events were lost") != std::string::npos);
}

TEST_CASE("a flood of losses is told in intervals, and none is forgotten") {
    DropReport report;
    REQUIRE(report.update(lost(1, 10), 0));
    CHECK(!report.update(lost(5, 20), DropReport::interval_ns - 1));
    const auto later = report.update(lost(9, 30), DropReport::interval_ns);
    REQUIRE(later);
    CHECK(later->fields.at("n_drops") == "8");
    const auto last = report.finish(lost(10, 40));
    REQUIRE(last);
    CHECK(last->fields.at("n_drops") == "1");
}
