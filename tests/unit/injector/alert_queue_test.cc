#include "injector/alert_queue.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>

namespace bewit {
namespace {

using namespace std::chrono_literals;

struct Received {
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> lines;
    bool held = false;  // the sink waits while this is set
};

class TestSink final : public AlertSink {
public:
    explicit TestSink(Received& received) : received_(received) {}
    bool write(const AlertLine& line) override {
        std::unique_lock lock(received_.mutex);
        received_.changed.wait(lock, [this] { return !received_.held; });
        received_.lines.emplace_back(line.text);
        return true;
    }
    std::string_view name() const override { return "test"; }

private:
    Received& received_;
};

std::vector<std::unique_ptr<AlertSink>> one_sink(Received& received) {
    std::vector<std::unique_ptr<AlertSink>> sinks;
    sinks.push_back(std::make_unique<TestSink>(received));
    return sinks;
}

alert::Alert numbered(int number) {
    alert::Alert alert;
    alert.message = std::to_string(number);
    return alert;
}

TEST_CASE("every alert is delivered, in order, before close returns") {
    Received received;
    AlertQueue queue(one_sink(received), {.format = AlertFormat::Text, .capacity = 10000});
    for (int i = 0; i < 1000; ++i) queue.push(numbered(i));
    queue.close(10s);
    REQUIRE(received.lines.size() == 1000);
    for (int i = 0; i < 1000; ++i) CHECK(received.lines[static_cast<size_t>(i)].ends_with(" " + std::to_string(i)));
    CHECK(queue.counts().delivered == 1000);
    CHECK(queue.counts().dropped == 0);
}

TEST_CASE("a sink that hangs costs memory up to the capacity, and what does not fit is counted") {
    Received received;
    received.held = true;
    AlertQueue queue(one_sink(received), {.format = AlertFormat::Text, .capacity = 10});
    for (int i = 0; i < 100; ++i) queue.push(numbered(i));
    // One may be in the sink's hands, ten wait.
    CHECK(queue.counts().dropped >= 89);
    {
        const std::lock_guard lock(received.mutex);
        received.held = false;
    }
    received.changed.notify_all();
    queue.close(10s);
    CHECK(queue.counts().delivered + queue.counts().dropped == 100);
    // Once alerts get through again, how many did not is one of them.
    const std::string notice = std::to_string(queue.counts().dropped) + " alerts could not be delivered so far";
    const auto told =
        std::ranges::count_if(received.lines, [&](const std::string& line) { return line.ends_with(notice); });
    CHECK(told == 1);
    CHECK(received.lines.size() == queue.counts().delivered + 1);
}

TEST_CASE("a sink that never returns does not keep the program from ending") {
    static auto* const received = new Received;  // outlives the test: the abandoned thread still waits on it
    received->held = true;
    const auto start = std::chrono::steady_clock::now();
    AlertQueue queue(one_sink(*received), {.format = AlertFormat::Text, .capacity = 10});
    for (int i = 0; i < 5; ++i) queue.push(numbered(i));
    queue.close(100ms);
    CHECK(std::chrono::steady_clock::now() - start < 5s);
    CHECK(queue.counts().dropped >= 4);
    {
        const std::lock_guard lock(received->mutex);
        received->held = false;
    }
    received->changed.notify_all();
}

TEST_CASE("a queue that never had an alert starts no thread and closes at once") {
    Received received;
    AlertQueue queue(one_sink(received), {});
    queue.close(10s);
    CHECK(queue.counts().delivered == 0);
}

}  // namespace
}  // namespace bewit
