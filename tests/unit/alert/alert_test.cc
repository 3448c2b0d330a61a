#include "engine/alert/alert.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <ctime>

namespace bewit::alert {
namespace {

Alert sample() {
    setenv("TZ", "UTC", 1);
    tzset();
    Alert alert;
    alert.time_ns = 1'700'000'000'123'456'789;
    alert.rule = "A rule";
    alert.priority = rule::Priority::Warning;
    alert.tags = {"a", "b"};
    alert.message = "Something happened (file=/etc/shadow)";
    alert.output_fields = {{"fd.name", "/etc/shadow"}, {"evt.time", alert.time_ns}, {"proc.pname", nullptr}};
    alert.hostname = "task";
    alert.uuid = "018bcfe5-687b-7000-8000-000000000000";
    return alert;
}

TEST_CASE("an alert in JSON has Falco's keys, sorted, and the uuid") {
    CHECK(to_json(sample()) ==
          R"x({"hostname":"task","output":"22:13:20.123456789: Warning Something happened (file=/etc/shadow)",)x"
          R"x("output_fields":{"evt.time":1700000000123456789,"fd.name":"/etc/shadow","proc.pname":null},)x"
          R"x("priority":"Warning","rule":"A rule","source":"syscall","tags":["a","b"],)x"
          R"x("time":"2023-11-14T22:13:20.123456789Z","uuid":"018bcfe5-687b-7000-8000-000000000000"})x");
}

TEST_CASE("an alert as text is time, priority and message") {
    CHECK(to_text(sample()) == "22:13:20.123456789: Warning Something happened (file=/etc/shadow)");
}

TEST_CASE("whatever the workload wrote, an alert stays one line that no terminal obeys") {
    Alert alert = sample();
    alert.message =
        "a\nb\x1b[31mc\x7f\xc2\x9b"
        "d\xff\"\\";
    const std::string text = to_text(alert);
    CHECK(text.ends_with("a\\nb\\u001b[31mc\\u007f\\u009bd\xef\xbf\xbd\\\"\\\\"));
    alert.output_fields = {{"fd.name", "x\xff\n\x7f"}};
    const std::string line = to_json(alert);
    CHECK(line.find('\n') == std::string::npos);
    CHECK(line.find('\x7f') == std::string::npos);
    CHECK(nlohmann::json::parse(line)["output_fields"]["fd.name"] == "x\xef\xbf\xbd\n\x7f");
}

TEST_CASE("times print to the nanosecond, in UTC") {
    CHECK(iso_time(0) == "1970-01-01T00:00:00.000000000Z");
    CHECK(iso_time(1) == "1970-01-01T00:00:00.000000001Z");
    CHECK(iso_time(951'782'399'999'999'999) == "2000-02-28T23:59:59.999999999Z");
}

TEST_CASE("a uuid is of version 7: sorted by time, variant bits set, and never twice the same") {
    const uint64_t now = 1'700'000'000'123'456'789;
    const std::string first = new_uuid(now), second = new_uuid(now), later = new_uuid(now + 1'000'000);
    REQUIRE(first.size() == 36);
    CHECK(first.substr(0, 15) == "018bcfe5-687b-7");
    CHECK(std::string("89ab").find(first[19]) != std::string::npos);
    CHECK(first != second);
    CHECK(first.substr(0, 13) < later.substr(0, 13));
}

}  // namespace
}  // namespace bewit::alert
