#include "injector/metrics.h"

#include <doctest/doctest.h>

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>

namespace bewit {
namespace {

constexpr uint64_t second = 1'000'000'000;

uint64_t now() {
    return static_cast<uint64_t>(std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count());
}

TEST_CASE("intervals are durations as Prometheus writes them") {
    CHECK(parse_interval("1h") == 3600 * second);
    CHECK(parse_interval("1h30m") == 5400 * second);
    CHECK(parse_interval("100ms") == second / 10);
    CHECK(parse_interval("1d1ms") == 86400 * second + second / 1000);
    CHECK(parse_interval("2w") == 14 * 86400 * second);
    for (const char* bad : {"", "5", "h", "1", "99ms", "0s", "1s1h", "1s1s", "1 s", "-1s", "1.5s",
                            "99999999999999999999s", "9999999y", "1hh"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_interval(bad).has_value());
    }
}

TEST_CASE("a snapshot is due once an interval after the first look, and again an interval after it was taken") {
    Metrics metrics({.enabled = true, .interval_ns = 10 * second}, "host");
    const uint64_t start = now() + 60 * second;
    CHECK_FALSE(metrics.due(start));
    CHECK_FALSE(metrics.due(start + 9 * second));
    CHECK(metrics.due(start + 10 * second));
    metrics.take(start + 10 * second, {});
    CHECK_FALSE(metrics.due(start + 19 * second));
    CHECK(metrics.due(start + 20 * second));
}

TEST_CASE("a snapshot counts since the start and since the one before; rules by Falco's names") {
    char file[] = "/tmp/bewit-metrics-XXXXXX";
    close(mkstemp(file));
    Metrics metrics({.enabled = true, .interval_ns = second, .file = file}, "host");
    const uint64_t start = now() + 60 * second;
    const auto first = metrics.take(start, {.events = 100, .matches = {{"Read (it), now!", 2}, {"never", 0}}});
    REQUIRE(first.has_value());
    CHECK(first->rule == "Falco internal: metrics snapshot");
    CHECK(first->output_fields["falco.rules.Read_it_now_"] == 2);
    CHECK_FALSE(first->output_fields.contains("falco.rules.never"));
    const auto second_one = metrics.take(start + 10 * second, {.events = 150, .alerts_dropped = 7});
    CHECK(second_one->output_fields["falco.num_evts_prev"] == 100);
    CHECK(second_one->output_fields["falco.evts_rate_sec"].get<double>() == doctest::Approx(5.0));
    CHECK(second_one->output_fields["falco.outputs_queue_num_drops"] == 7);
    std::ifstream lines(file);
    std::string line;
    for (int sample = 1; sample <= 2; ++sample) {
        REQUIRE(std::getline(lines, line));
        CHECK(nlohmann::json::parse(line)["sample"] == sample);
    }
    unlink(file);
    Metrics quiet({.enabled = true, .as_alert = false, .resources = false, .with_zeros = true}, "host");
    CHECK_FALSE(quiet.take(start, {}).has_value());
}

}  // namespace
}  // namespace bewit
